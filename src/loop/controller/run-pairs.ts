import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';

/** A run of the revision after and the run of the revision before that it is held against; both of one machine. */
export interface RunPair {
  readonly before: EvalRow;
  readonly after: EvalRow;
}

/**
 * The rows of one skill that count as runs, in the order they were written: clocks jump, the order of a file does not. A
 * run that was graded twice counts by its first grade, so that what was paired once stays so.
 */
export function countedRuns(rows: readonly EvalRow[]): EvalRow[] {
  const seen = new Set<string>();
  return rows.filter(({ rev_id, run_id }) => {
    if (rev_id === '' || run_id === '') return false;
    const isNew = !seen.has(run_id);
    seen.add(run_id);
    return isNew;
  });
}

/**
 * Pairs the runs of two revisions: on each machine the first of the one after with the most recent of the one before, the
 * second with the second most recent, and so on; each run is used once. Runs of the one before count up to the first run
 * of the one after, so later rows only add pairs. `runs` as `countedRuns` gives them; pairs in the order of the later run.
 */
export function pairRuns(runs: readonly EvalRow[], before: string, after: string): RunPair[] {
  const first = runs.findIndex(({ rev_id }) => rev_id === after);
  if (first === -1 || before === after) return [];
  const waiting = new Map<string, EvalRow[]>();
  for (const run of runs.slice(0, first)) {
    if (run.rev_id !== before) continue;
    const own = waiting.get(run.machine_id);
    if (own === undefined) waiting.set(run.machine_id, [run]);
    else own.push(run);
  }
  return runs.slice(first).flatMap((run) => {
    const partner = run.rev_id === after ? waiting.get(run.machine_id)?.pop() : undefined;
    return partner === undefined ? [] : [{ before: partner, after: run }];
  });
}

/**
 * The revision that a revision is held against: going back over the edits that led to it, the first that was run before
 * it was; without such edits the one that was run last before it. `undefined` when there is none, or it was never run.
 */
export function revisionBefore(
  runs: readonly EvalRow[],
  edits: readonly EditRow[],
  revision: string,
): string | undefined {
  const first = runs.findIndex(({ rev_id }) => rev_id === revision);
  if (first === -1) return undefined;
  const earlier = runs.slice(0, first);
  const ran = new Set(earlier.map(({ rev_id }) => rev_id));
  const visited = new Set([revision]);
  let at: string | undefined = revision;
  while (at !== undefined) {
    at =
      edits.findLast(({ after, before }) => after === at && before !== null && !visited.has(before))?.before ??
      undefined;
    if (at === undefined) break;
    if (ran.has(at)) return at;
    visited.add(at);
  }
  return earlier.at(-1)?.rev_id;
}
