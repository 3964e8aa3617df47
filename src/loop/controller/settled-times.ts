/**
 * The times of rows in the order of their file, each as one that can be answered: a row from the future is of a clock that
 * was wrong, and has the time of the row before it (else of the next good one, else of 1970). ISO 8601, UTC; `now` in
 * milliseconds since 1970.
 */
export function settledTimes(rows: readonly { readonly ts: string }[], now: number): string[] {
  const isPast = ({ ts }: { readonly ts: string }): boolean => Date.parse(ts) <= now;
  let last = rows.find(isPast)?.ts ?? new Date(0).toISOString();
  return rows.map((row) => {
    if (isPast(row)) last = row.ts;
    return last;
  });
}

/** The latest of some times; that of 1970 when there is none. */
export function latest(times: readonly string[]): string {
  return times.reduce((best, ts) => (Date.parse(ts) > Date.parse(best) ? ts : best), new Date(0).toISOString());
}
