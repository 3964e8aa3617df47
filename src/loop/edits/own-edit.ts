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
    if (file !== undefined) {
      system.write(target, file.bytes, file.mode);
      continue;
    }
    system.remove(target);
    // At once: a file may be written where an emptied folder stands.
    for (let dir = path.dirname(name); dir !== '.'; dir = path.dirname(dir)) system.rmdir(path.join(folder, dir));
  }
}

/** An edit of ours that is ready to be made. */
export interface OwnEdit {
  readonly row: EditRow;
  readonly before: SkillFiles | undefined;
  readonly after: SkillFiles;
  readonly patch: SkillPatch;
}

/** Who makes an edit of ours, and of what. `look` is the skill as `lookBefore` saw it; `undefined` when there is none. */
export interface OwnChange {
  readonly skill: string;
  readonly look: Look | undefined;
  readonly patch: SkillPatch;
  readonly by: NoticedBy;
}

/** Makes an edit of ours ready; nothing is written. `undefined` when nothing would change. */
export async function planOwnEdit(tree: string, change: OwnChange, now: Date): Promise<OwnEdit | undefined> {
  const { skill, look, patch, by } = change;
  const after = patched(look?.files, patch);
  if (revisionOf(after) === look?.rev) return undefined;
  const at = editTime(readSeen(tree).seen, now);
  const row = await makeRow(tree, { skill, before: look?.files, after: after.size === 0 ? undefined : after }, by, at);
  return { row, before: look?.files, after, patch };
}

/**
 * Makes an edit of ours. What was there is kept first; then the edit is announced, made, and written down: killed in
 * between, the next look at the skill finds either nothing, or the edit by its announcement, or, where only some files
 * were written, an edit by nobody that is known. Throws `failure` when somebody else writes a file just now. Lock held,
 * and everything that was in the skill noticed.
 */
export function applyOwnEdit(system: System, tree: string, { row, before, after, patch }: OwnEdit): void {
  const { skill } = row;
  const { seen } = readSeen(tree);
  const at = new Date(row.ts);
  if (before !== undefined) saveRevision(system, tree, skill, before, at);
  if (after.size > 0) saveRevision(system, tree, skill, after, at);
  for (const pending of seen.pending) queueEdit(system, tree, pending);
  writeSeen(system, tree, { ...seen, pending: [], announced: [row] });
  writeFiles(system, folderOf(tree, skill, before), before, patch);
  const skills = new Map(seen.skills);
  if (row.after === null) skills.delete(skill);
  else skills.set(skill, { rev: row.after, stamp: '' });
  writeSeen(system, tree, { skills, pending: [row], announced: [], newest: row.ts });
  queueEdit(system, tree, row);
}
