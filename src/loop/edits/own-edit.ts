import path from 'node:path';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { listSkill, revisionOf } from '../../../seed/state/lib/revision.ts';
import type { SkillFile, SkillFiles } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { makeRow } from './edit-row.ts';
import { lookAt } from './look.ts';
import type { Look } from './look.ts';
import type { NoticedBy } from './edit-row.ts';
import { queueEdit } from './queue.ts';
import { editTime, readSeen, writeSeen } from './seen.ts';
import { saveRevision } from './store.ts';

/** What a skill is to become: files by their path relative to its folder; `undefined` removes one. Others stay. */
export type SkillPatch = ReadonlyMap<string, SkillFile | undefined>;

/** Where the files of a skill are: of the flat form beside each other, else in a folder. */
function folderOf(tree: string, skill: string, files: SkillFiles | undefined): string {
  const isFlat = files?.has(`${skill}.md`) === true && !files.has('SKILL.md');
  return path.join(tree, layout.skills, isFlat ? '' : skill);
}

function patched(files: SkillFiles | undefined, patch: SkillPatch): SkillFiles {
  const after = new Map(files);
  for (const [name, file] of patch) {
    if (file === undefined) after.delete(name);
    else after.set(name, file);
  }
  return after;
}

/** The skill as it is, or that there is none. Throws `refused` where it cannot be read whole, and so not be kept. */
export function lookBefore(tree: string, skill: string): Look | undefined {
  const listing = listSkill(tree, skill);
  const look = lookAt(tree, skill, listing);
  if (look === undefined && listing !== undefined) {
    throw new SnappyError(
      'refused',
      `${layout.skills}/${skill} cannot be read, or changes just now; it was left alone`,
      {
        hint: 'a skill is changed only when what it was can be kept: look at its size and the modes of its files',
      },
    );
  }
  return look;
}

function writeFiles(system: System, folder: string, before: SkillFiles | undefined, patch: SkillPatch): void {
  for (const [name, file] of patch) {
    const target = path.join(folder, name);
    const found = system.read(target);
    const known = before?.get(name)?.bytes;
    if (found === undefined ? known !== undefined : known === undefined || !found.equals(known)) {
      throw new SnappyError('failure', `${target} was changed by somebody else just now; it was left as it is`, {
        hint: 'run this again',
      });
    }
    if (file === undefined) system.remove(target);
    else system.write(target, file.bytes, file.mode);
  }
  const emptied = [...patch].flatMap(([name, file]) => (file === undefined ? path.dirname(name) : []));
  for (const dir of new Set(emptied)) if (dir !== '.') system.rmdir(path.join(folder, dir));
}

/**
 * Changes files of a skill as this program's own edit, and notes it as that. Give `look` as `lookBefore` saw it, with
 * everything in it noticed already. What was there is kept first; then the edit is announced, made, and written down: killed
 * in between, the next look at the skill finds either nothing, or the edit by its announcement. `undefined` when nothing
 * would change. Lock held.
 */
export async function makeOwnEdit(
  system: System,
  tree: string,
  change: {
    readonly skill: string;
    readonly look: Look | undefined;
    readonly patch: SkillPatch;
    readonly by: NoticedBy;
  },
  now: Date,
): Promise<EditRow | undefined> {
  const { skill, look, patch, by } = change;
  const after = patched(look?.files, patch);
  if (revisionOf(after) === look?.rev) return undefined;
  const { seen } = readSeen(tree);
  const at = editTime(seen, now);
  const row = await makeRow(tree, { skill, before: look?.files, after: after.size === 0 ? undefined : after }, by, at);
  if (look !== undefined) saveRevision(system, tree, skill, look.files, at);
  if (after.size > 0) saveRevision(system, tree, skill, after, at);
  writeSeen(system, tree, { ...seen, announced: [...seen.announced, row] });
  writeFiles(system, folderOf(tree, skill, look?.files), look?.files, patch);
  const skills = new Map(seen.skills);
  if (row.after === null) skills.delete(skill);
  else skills.set(skill, { rev: row.after, stamp: '' });
  writeSeen(system, tree, { ...seen, skills, pending: [...seen.pending, row], newest: row.ts });
  queueEdit(system, tree, row);
  return row;
}
