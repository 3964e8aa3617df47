import type { Ledger } from '../ports.ts';
import type { Migration } from '../schema.ts';

/** Where a ledger notes what was applied to it. */
const appliedTable = 'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied TEXT NOT NULL)';

/**
 * Brings a ledger up to date: each step that is missing, in order, whole or not at all. Two processes may do so at once.
 * Gives the names that the ledger has and `steps` does not: a newer program has been at it.
 */
export async function migrate(ledger: Ledger, steps: readonly Migration[], now: Date): Promise<readonly string[]> {
  await ledger.batch([{ sql: appliedTable, values: [] }]);
  for (const step of steps) {
    if ((await appliedNames(ledger)).includes(step.name)) continue;
    const note = {
      sql: 'INSERT INTO migrations (name, applied) VALUES (?, ?)',
      values: [step.name, now.toISOString()],
    };
    try {
      await ledger.batch([note, ...step.statements.map((sql) => ({ sql, values: [] }))]);
    } catch (cause) {
      // Another process that came first has written the name, and is fine.
      if (!(await appliedNames(ledger)).includes(step.name)) throw cause;
    }
  }
  const known = new Set(steps.map(({ name }) => name));
  return (await appliedNames(ledger)).filter((name) => !known.has(name));
}

async function appliedNames(ledger: Ledger): Promise<string[]> {
  const rows = await ledger.all({ sql: 'SELECT name FROM migrations ORDER BY name', values: [] });
  return rows.map(({ name }) => String(name));
}
