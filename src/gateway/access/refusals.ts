import type { Ledger } from '../ports.ts';
import { auditStatement } from './audit.ts';
import type { AuditRow } from './audit.ts';

/** Refusals with a row of their own, in a minute: of one address, and of all. */
const ownRows = 20;
const allRows = 600;

/** Who is refused again and again fills no disk: further refusals of a minute are counted, in one row for each address. */
export interface RefusalLog {
  /** Writes down a refusal or failure, whose `subject` is the address. */
  note(row: AuditRow): Promise<void>;
}

interface Count {
  n: number;
  /** Of the row that counts. */
  id: number | undefined;
}

/** Counts are of this process: with several, each keeps its own share. */
export function makeRefusalLog(ledger: Ledger): RefusalLog {
  let minute = 0;
  let all = 0;
  const further = new Map<string, Count>();
  const own = new Map<string, number>();
  return {
    async note(row) {
      const now = Math.floor(row.ts.getTime() / 60_000);
      if (now !== minute) {
        minute = now;
        all = 0;
        own.clear();
        further.clear();
      }
      const n = (own.get(row.subject) ?? 0) + 1;
      if (n <= ownRows && all < allRows) {
        own.set(row.subject, n);
        all += 1;
        await ledger.batch([auditStatement(row)]);
        return;
      }
      // Who comes after the rows of all are used up is not told apart: these maps stay small too.
      const subject = own.has(row.subject) ? row.subject : 'further addresses';
      const count = further.get(subject) ?? { n: 0, id: undefined };
      further.set(subject, count);
      count.n += 1;
      await writeCount(ledger, { ts: row.ts, action: 'refusals', subject, outcome: 'refused' }, count);
    },
  };
}

/** Written at 1, 2, 4, 8…: a million refusals are 20 writes, and the row tells of at least half of them. */
async function writeCount(ledger: Ledger, row: AuditRow, count: Count): Promise<void> {
  if ((count.n & (count.n - 1)) !== 0) return;
  const detail = { at_least: count.n };
  if (count.id !== undefined) {
    const values = [JSON.stringify(detail), count.id];
    await ledger.batch([{ sql: 'UPDATE audit SET detail = ? WHERE id = ?', values }]);
    return;
  }
  const { sql, values } = auditStatement({ ...row, detail });
  const [made] = await ledger.batch([{ sql: `${sql} RETURNING id`, values }]);
  const id = made?.rows[0]?.['id'];
  if (typeof id === 'number') count.id = id;
}
