import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { System } from '../../core/system.ts';
import type { NoticedBy } from './edit-row.ts';
import type { Look } from './look.ts';
import { noticeEdits } from './notice.ts';
import { applyOwnEdit, lookBefore, planOwnEdit } from './own-edit.ts';
import type { SkillPatch } from './own-edit.ts';

/**
 * Changes files of a skill as this program's own edit: what others have done by then is noticed first and stays theirs.
 * `patch` is given the skill as it is, `undefined` when there is none. `undefined` when nothing would change. Throws
 * `refused` when the skill of now cannot be kept, `failure` when somebody writes a file at the same moment. Lock held.
 */
export async function editSkill(
  system: System,
  tree: string,
  change: { readonly skill: string; readonly patch: (look: Look | undefined) => SkillPatch; readonly by: NoticedBy },
  now: Date,
): Promise<EditRow | undefined> {
  const { skill, patch, by } = change;
  await noticeEdits(system, tree, { ...by, how: 'found' }, now);
  const look = lookBefore(tree, skill);
  const edit = await planOwnEdit(tree, { skill, look, patch: patch(look), by }, now);
  if (edit === undefined) return undefined;
  applyOwnEdit(system, tree, edit);
  return edit.row;
}
