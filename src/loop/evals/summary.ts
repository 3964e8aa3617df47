import type { EvalRow } from '../../../seed/state/lib/eval.ts';

/** Scores, and how many runs they rest on. */
export interface Measure {
  /** 0 is "unmeasured": it says nothing, neither good nor bad. */
  readonly runs: number;
  /** 0 to 1; `undefined` without a run. */
  readonly mean: number | undefined;
}

export type TrendWay = 'up' | 'down' | 'flat';

/** Where scores are going, and how many of the last runs say so. */
export interface Trend {
  readonly way: TrendWay;
  readonly runs: number;
}

/** The graded runs of one skill at a glance. */
export interface EvalSummary extends Measure {
  /** `undefined` while there are too few runs to tell. */
  readonly trend: Trend | undefined;
  /** The runs of the revision that was asked for. */
  readonly ofRevision: Measure;
  readonly last: EvalRow | undefined;
}

/** Fewer runs than this have no trend. */
const fewest = 6;
/** More than this are not looked at: a trend is of now. */
const most = 20;
/** Less than this is no change to speak of, whatever the numbers say. */
const leastChange = 0.05;
/** Sums of shares are not exact, and what is as much as is asked for must not fall to their last digit. */
const slack = 1e-9;

const meanOf = (scores: readonly number[]): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;

/** How many of these runs there are, and their mean score. */
export function measure(rows: readonly EvalRow[]): Measure {
  return { runs: rows.length, mean: rows.length === 0 ? undefined : meanOf(rows.map(({ score }) => score)) };
}

/** The square of the standard error of a mean. */
function squaredError(scores: readonly number[]): number {
  const mean = meanOf(scores);
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return squares / (scores.length - 1) / scores.length;
}

/**
 * The trend of scores, oldest first: the newer half of the last 20 against the older half. `up` and `down` take a
 * difference of 0.05 or more that is also twice its standard error; a glance, where the controller's test is a verdict.
 */
export function trendOf(scores: readonly number[]): Trend | undefined {
  const used = scores.slice(-most);
  if (used.length < fewest) return undefined;
  const half = Math.floor(used.length / 2);
  const older = used.slice(0, half);
  const newer = used.slice(-half);
  const change = meanOf(newer) - meanOf(older);
  const error = Math.sqrt(squaredError(newer) + squaredError(older));
  const clear = Math.abs(change) >= Math.max(leastChange, 2 * error) - slack;
  return { way: !clear ? 'flat' : change > 0 ? 'up' : 'down', runs: half * 2 };
}

/** One skill's rows, in the order they were written, summed up; `revision` is the one of now, where it is known. */
export function summarize(rows: readonly EvalRow[], revision: string | undefined): EvalSummary {
  const own = revision === undefined ? [] : rows.filter((row) => row.rev_id === revision);
  return {
    ...measure(rows),
    trend: trendOf(rows.map(({ score }) => score)),
    ofRevision: measure(own),
    last: rows.at(-1),
  };
}
