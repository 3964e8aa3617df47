import { editId } from '../../../seed/state/lib/edit.ts';
import type { EditChange, EditRow } from '../../../seed/state/lib/edit.ts';
import { revisionOf } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { hostName, machineIdOf, readMachineId } from '../../core/machine-id.ts';
import { diffSkills } from './diff.ts';

/** Who saw an edit, and how. */
export type NoticedBy = Pick<EditRow, 'runtime' | 'session' | 'how'>;

/** A skill before and after an edit; `undefined` where there was, or is, none. A revision that is not kept is its id alone. */
export interface Change {
  readonly skill: string;
  readonly before: SkillFiles | string | undefined;
  readonly after: SkillFiles | undefined;
}

async function changesOf({ skill, before, after }: Change): Promise<EditChange[]> {
  if (typeof before !== 'string') return diffSkills(skill, before, after);
  // All that can be said is that the files are others now.
  return [...(after?.keys() ?? [])].toSorted().map((file) => ({ file, diff: null }));
}

/** The row of an edit that was made on this machine. */
export async function makeRow(tree: string, change: Change, by: NoticedBy, at: Date): Promise<EditRow> {
  const { skill, before, after } = change;
  const identity = {
    ts: at.toISOString(),
    skill,
    machine_id: readMachineId(tree) ?? machineIdOf(hostName()),
    before: before === undefined ? null : typeof before === 'string' ? before : revisionOf(before),
    after: after === undefined ? null : revisionOf(after),
  };
  const { runtime, session, how } = by;
  return { _v: 1, id: editId(identity), ...identity, runtime, session, how, changes: await changesOf(change) };
}
