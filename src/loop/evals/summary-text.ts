import type { EvalSummary, Measure, Trend } from './summary.ts';

const runsOf = (count: number): string => `${count} run${count === 1 ? '' : 's'}`;

/** `0.83 over 12 runs`; `unmeasured` where nobody has run it. */
export function describeMeasure({ runs, mean }: Measure): string {
  return mean === undefined ? 'unmeasured' : `${mean.toFixed(2)} over ${runsOf(runs)}`;
}

const ways = { up: 'rising', down: 'falling', flat: 'level' } as const;

/** `rising over 8 runs`; `too few runs for a trend`. */
function describeTrend(trend: Trend | undefined): string {
  return trend === undefined ? 'too few runs for a trend' : `${ways[trend.way]} over ${runsOf(trend.runs)}`;
}

/** `0.83 over 12 runs, rising over 12 runs; this revision 0.90 over 4 runs`: one line for `status`, `blame` and lists. */
export function describeSummary({ runs, mean, trend, ofRevision }: EvalSummary): string {
  if (runs === 0) return 'unmeasured';
  const all = `${describeMeasure({ runs, mean })}${trend === undefined ? '' : `, ${describeTrend(trend)}`}`;
  return `${all}; this revision ${describeMeasure(ofRevision)}`;
}
