import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import type { SkillState } from '../briefs/rule.ts';
import { countedRuns, pairRuns, revisionBefore } from './run-pairs.ts';
import type { RunPair } from './run-pairs.ts';
import { compareRevisions } from './sequential-test.ts';
import type { Comparison } from './sequential-test.ts';

/** What the runs say of one revision against the one before it. */
export interface RevisionVerdict extends Comparison {
  readonly before: string;
  readonly after: string;
  /** Mean scores over the pairs. */
  readonly meanBefore: number;
  readonly meanAfter: number;
  readonly runs: readonly RunPair[];
}

const meanOf = (scores: readonly number[]): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;

/** Compares two revisions of a skill by its rows, in the order they were written; `undefined` when there is no pair of runs. */
export function compareByRows(evals: readonly EvalRow[], before: string, after: string): RevisionVerdict | undefined {
  const runs = pairRuns(countedRuns(evals), before, after);
  if (runs.length === 0) return undefined;
  const scores = runs.map((pair) => ({ before: pair.before.score, after: pair.after.score }));
  const comparison = compareRevisions(scores);
  return {
    ...comparison,
    before,
    after,
    meanBefore: meanOf(scores.map((pair) => pair.before)),
    meanAfter: meanOf(scores.map((pair) => pair.after)),
    runs,
  };
}

/** Whether one of two revisions was put back in the place of the other: they have been judged, and are not held together again. */
function wasReverted(edits: readonly EditRow[], one: string, other: string): boolean {
  return edits.some(
    ({ how, before, after }) =>
      how === 'revert' && ((before === one && after === other) || (before === other && after === one)),
  );
}

/**
 * The verdict on a skill's revision of now against the one before it. `undefined` when it was never run, when there is
 * nothing to hold it against, and when one of the two was already put back for the other: that would go to and fro.
 */
export function verdictOf({
  revision,
  edits,
  evals,
}: Pick<SkillState, 'revision' | 'edits' | 'evals'>): RevisionVerdict | undefined {
  if (revision === undefined) return undefined;
  const before = revisionBefore(countedRuns(evals), edits, revision);
  if (before === undefined || wasReverted(edits, before, revision)) return undefined;
  return compareByRows(evals, before, revision);
}

/** The edits that lie between two revisions, the first one first; empty when no row tells. */
export function editsBetween(edits: readonly EditRow[], before: string, after: string): EditRow[] {
  const found: EditRow[] = [];
  const visited = new Set([after]);
  for (let at = after; at !== before;) {
    const edit = edits.findLast((row) => row.after === at && row.before !== null && !visited.has(row.before));
    if (edit === undefined || edit.before === null) return [];
    found.unshift(edit);
    at = edit.before;
    visited.add(at);
  }
  return found;
}

const two = (value: number): string => value.toFixed(2);

/** `0.62 over 31 runs, 0.74 over 31 before (-0.12)`. */
export function describeMeans({ meanAfter, meanBefore, pairs, difference }: RevisionVerdict): string {
  const sign = difference < 0 ? '-' : '+';
  const runs = `${pairs} run${pairs === 1 ? '' : 's'}`;
  return `${two(meanAfter)} over ${runs}, ${two(meanBefore)} over ${pairs} before (${sign}${two(Math.abs(difference))})`;
}
