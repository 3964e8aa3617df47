import fs from 'node:fs';
import path from 'node:path';
import { applyJournaled, recover, type Recovery } from '../core/journal.ts';
import { withLock, type LockHolder } from '../core/lock.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { Change, System } from '../core/system.ts';
import type { Plan } from './plan.ts';

/** How long another run is waited for, in milliseconds. */
const patience = 30_000;

/** The folder that holds, while changes are made, what is needed to undo them. */
export function journalOf(tree: string): string {
  return path.join(tree, layout.installJournal);
}

/** A run that changes things outside the tree. */
export interface ApplyRequest {
  readonly tree: string;
  /** The run in a word, for messages: `install`. */
  readonly label: string;
  /** A person has said yes to this very plan: it is carried out as it is, or, where it does not fit any more, not at all. */
  readonly seen?: boolean;
  /** Hears that another run is waited for, and who it is. */
  onWait?(who: string): void;
}

/** What was carried out. */
export interface Applied {
  readonly plan: Plan;
  /** What became of an earlier run that had been cut off, one line each. */
  readonly notes: readonly string[];
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** Whether a change may no longer fit what is on the disk. To say so once too often costs no more than another plan. */
function isStale(system: System, change: Change): boolean {
  const isThere = (): boolean => fs.lstatSync(change.path, { throwIfNoEntry: false }) !== undefined;
  switch (change.kind) {
    case 'write':
      return !sameBytes(system.read(change.path), change.before);
    case 'symlink':
      return change.before === undefined && isThere();
    case 'remove':
    case 'rename':
      return !isThere();
    case 'mkdir':
    case 'rmdir':
      return false;
  }
}

/** Whether another run has been at it since the plan was made, and had ended before it would have been waited for. */
function isOvertaken(system: System, tree: string, { changes, recordBefore }: Plan): boolean {
  try {
    const record = system.read(path.join(tree, layout.installs));
    return !sameBytes(record, recordBefore) || changes.some((change) => isStale(system, change));
  } catch {
    // Something else has come in the place of a file: the new plan will say so.
    return true;
  }
}

function recoveryNotes({ outcome, run, left }: Recovery): string[] {
  if (outcome === 'clean') return [];
  const since = `the ${run?.label ?? 'run'} of ${run?.since ?? 'an earlier time'}, which was cut off,`;
  const first = outcome === 'finished' ? `${since} had come to its end` : `${since} was undone first`;
  return [first, ...left.map((file) => `${file} was changed by somebody else since, and was left as it is`)];
}

/**
 * Carries a plan out: alone on this tree, after undoing a run that was cut off, and with a way back on the disk. `planned` is
 * used as it is, or made anew by `replan` where something has happened since. Throws when the changes could not be made:
 * they are undone then.
 */
export async function applyPlan(
  system: System,
  request: ApplyRequest,
  planned: Plan,
  replan: () => Promise<Plan>,
): Promise<Applied> {
  const { tree, label } = request;
  let waited = false;
  const onWait = (holder: LockHolder | undefined): void => {
    waited = true;
    request.onWait?.(holder === undefined ? 'another run' : `process ${holder.pid} on ${holder.host}`);
  };
  return withLock(path.join(tree, layout.installLock), { waitMs: patience, onWait }, async () => {
    const recovery = recover(system, journalOf(tree));
    if (request.seen === true && recovery.outcome === 'rolled back') {
      throw new SnappyError(
        'failure',
        `${recoveryNotes(recovery).join('; ')}: the plan that was agreed to no longer holds`,
        {
          hint: 'nothing else was changed; run the command again for a new plan',
        },
      );
    }
    const isLate =
      waited || recovery.outcome !== 'clean' || (request.seen !== true && isOvertaken(system, tree, planned));
    const plan = isLate ? await replan() : planned;
    applyJournaled(system, plan.changes, { journal: journalOf(tree), label });
    return { plan, notes: recoveryNotes(recovery) };
  });
}
