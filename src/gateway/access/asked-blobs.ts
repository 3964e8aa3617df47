import type { Home, Statement } from '../ports.ts';
import { counterNow, limitsOf, overCounter } from './limits.ts';

/** A large file that a tenant wants an address for. */
interface Asked {
  /** Where it is to lie: what is asked for again is the same. */
  readonly key: string;
  readonly size: number;
}

/**
 * Counts large files before they are given addresses to be put to: they come without the key, past the door that counts bodies,
 * or never come here at all. One that is asked for again on the same day (UTC) counts once. Throws 429, and counts
 * nothing, where they would be more than a tenant may send in a day.
 */
export async function countAsked(home: Home, tenant: string, blobs: readonly Asked[]): Promise<void> {
  if (blobs.length === 0) return;
  const now = home.platform.now();
  const [over] = await home.ledger.batch(statements(tenant, blobs, { now, atMost: limitsOf(home).tenantBytes }));
  if (over?.rows[0]?.['over'] !== 1) return;
  throw overCounter('bytes', 'with these files this tenant would send more than it may in a day', now);
}

/** One transaction. D1 has no `if`: a file that is new has a counter of 0 until its bytes are added, and of 1 then. */
function statements(
  tenant: string,
  blobs: readonly Asked[],
  { now, atMost }: { readonly now: Date; readonly atMost: number },
): Statement[] {
  const sent = counterNow('bytes', { value: tenant }, now);
  // A counter of its own for each, forgotten with those of its day.
  const [, day = ''] = sent.values;
  const sizes = new Map(blobs.map(({ key, size }) => [`asked:${tenant}:${key}:${size}`, size]));
  const list = JSON.stringify(Array.from(sizes, ([name, size]) => ({ name, size })));
  const sumOf = (which: string): string =>
    `(SELECT COALESCE(SUM(value ->> 'size'), 0) FROM json_each(?) WHERE ${which}
      (SELECT 1 FROM counters WHERE name = value ->> 'name' AND window = ? AND n <= ?))`;
  const fresh: Statement = { sql: sumOf('NOT EXISTS'), values: [list, day, 1] };
  const over: Statement = {
    sql: `${fresh.sql} > 0 AND ${fresh.sql} + COALESCE(${sent.sql}, 0) > ?`,
    values: [...fresh.values, ...fresh.values, ...sent.values, atMost],
  };
  return [
    { sql: `SELECT ${over.sql} AS over`, values: over.values },
    {
      sql: `INSERT INTO counters (name, window, n) SELECT value ->> 'name', ?, 0 FROM json_each(?)
        WHERE NOT (${over.sql}) ON CONFLICT DO NOTHING`,
      values: [day, list, ...over.values],
    },
    {
      sql: `INSERT INTO counters (name, window, n) SELECT ?, ?, ${sumOf('EXISTS')} WHERE true
        ON CONFLICT (name, window) DO UPDATE SET n = n + excluded.n`,
      values: [...sent.values, list, day, 0],
    },
    {
      sql: `UPDATE counters SET n = 1 WHERE window = ? AND n = 0 AND name IN (SELECT value ->> 'name' FROM json_each(?))`,
      values: [day, list],
    },
  ];
}
