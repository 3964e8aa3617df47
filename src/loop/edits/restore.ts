import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { SkillFile, SkillFiles } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import type { System } from '../../core/system.ts';
import type { NoticedBy } from './edit-row.ts';
import { editSkill } from './edit-skill.ts';
import type { Look } from './look.ts';
import type { SkillPatch } from './own-edit.ts';
import { listRevisions, loadRevision } from './store.ts';

const isFlat = (skill: string, files: SkillFiles): boolean => files.has(`${skill}.md`) && !files.has('SKILL.md');

/** The files of a revision under the names they have in the form the skill is in now. */
function inForm(skill: string, files: SkillFiles, flat: boolean): SkillFiles {
  if (isFlat(skill, files) === flat) return files;
  const pairs: readonly (readonly [folder: string, flat: string])[] = [
    ['SKILL.md', `${skill}.md`],
    ['AGENTS.md', `${skill}.agents.md`],
  ];
  const renamed = new Map<string, SkillFile>();
  for (const [name, file] of files) {
    const pair = pairs.find((names) => names.includes(name));
    if (pair === undefined && flat) {
      throw new SnappyError('refused', `that revision of ${skill} has files that a flat skill cannot have: ${name}`, {
        hint: 'move the skill into a folder first: snappy migrate --apply',
      });
    }
    renamed.set(pair === undefined ? name : pair[flat ? 1 : 0], file);
  }
  return renamed;
}

/** What makes one set of files into another. */
function patchTo(from: SkillFiles | undefined, to: SkillFiles): SkillPatch {
  const patch = new Map<string, SkillFile | undefined>();
  // First what goes: a file may stand where a folder is to be.
  for (const name of from?.keys() ?? []) if (!to.has(name)) patch.set(name, undefined);
  for (const [name, file] of to) {
    const old = from?.get(name);
    if (old === undefined || !old.bytes.equals(file.bytes) || old.mode !== file.mode) patch.set(name, file);
  }
  return patch;
}

function notKept(tree: string, skill: string, rev: string): SnappyError {
  const kept = listRevisions(tree, skill).slice(0, 5);
  return new SnappyError('usage', `no whole revision ${JSON.stringify(rev.slice(0, 64))} of ${skill} is kept here`, {
    hint:
      kept.length === 0
        ? `none of ${skill} is: revisions are kept on the machine that saw them`
        : `kept are: ${kept.map(({ rev_id, at }) => `${rev_id} (in use from ${at})`).join(', ')}`,
  });
}

/**
 * Puts a kept revision of a skill back and notes that as an edit. What it replaces is noticed and kept first. `undefined`
 * when the skill is that revision already. Throws `usage` when that revision is not kept here, `refused` when the skill
 * of now cannot be kept. Lock held.
 */
export async function restoreRevision(
  system: System,
  tree: string,
  { skill, rev, by }: { readonly skill: string; readonly rev: string; readonly by: Omit<NoticedBy, 'how'> },
  now: Date,
): Promise<EditRow | undefined> {
  const files = loadRevision(tree, skill, rev);
  if (files === undefined) throw notKept(tree, skill, rev);
  const patch = (look: Look | undefined): SkillPatch =>
    patchTo(look?.files, inForm(skill, files, look !== undefined && isFlat(skill, look.files)));
  return editSkill(system, tree, { skill, patch, by: { ...by, how: 'revert' } }, now);
}
