import type { Statement } from '../ports.ts';

/** A row of the audit log. Never has a key or a code of an invite in it. */
export interface AuditRow {
  readonly ts: Date;
  /** Who did it; absent where no key was proved. */
  readonly tenant?: string | undefined;
  /** What was done, as `team.create`; of a refusal the route, as `POST /_push`. */
  readonly action: string;
  /** What it was done to; of a refusal the address it came from. */
  readonly subject: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly detail?: Readonly<Record<string, unknown>>;
}

const columns = 'ts, tenant, action, subject, outcome, detail';
const detailAtMost = 1_000;

function valuesOf({ ts, tenant, action, subject, outcome, detail }: AuditRow): (string | null)[] {
  const text = JSON.stringify(detail ?? {});
  const kept = text.length <= detailAtMost ? text : JSON.stringify({ cut: text.slice(0, detailAtMost) });
  return [ts.toISOString(), tenant ?? null, action, subject, outcome, kept];
}

/** Writes a row: for the batch of what it tells of, so that there is neither without the other. */
export function auditStatement(row: AuditRow): Statement {
  return { sql: `INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?, ?, ?)`, values: valuesOf(row) };
}

/** As `auditStatement`, but only where `condition`, an expression of SQL, holds when its turn in the batch has come. */
export function auditWhen(row: AuditRow, condition: Statement): Statement {
  return {
    sql: `INSERT INTO audit (${columns}) SELECT ?, ?, ?, ?, ?, ? WHERE ${condition.sql}`,
    values: [...valuesOf(row), ...condition.values],
  };
}
