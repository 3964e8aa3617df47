import type { Statement } from '../ports.ts';

/** How long rows of the audit log and alerts are kept: a year, and time to look back at it. */
const days = 400;
/** Rows that one sweep removes: it holds up nobody, and the next day goes on. */
const atOnce = 50_000;

/** Forgets what has been kept long enough. */
export function forgetRows(now: Date): Statement[] {
  const oldest = new Date(now.getTime() - days * 86_400_000).toISOString();
  return [
    {
      sql: `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE ts < ? ORDER BY ts LIMIT ${atOnce})`,
      values: [oldest],
    },
    {
      sql: `DELETE FROM alerts WHERE rowid IN (SELECT rowid FROM alerts WHERE hour < ? ORDER BY hour LIMIT ${atOnce})`,
      values: [oldest.slice(0, 13)],
    },
  ];
}
