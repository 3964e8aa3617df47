import { StoreError } from '../../ports.ts';
import type { Ledger, Row, SqlValue, Statement } from '../../ports.ts';
import { retried, wait } from '../retry.ts';

/** What is used of a D1 database (developers.cloudflare.com/d1/worker-api). */
export interface D1Database {
  prepare(sql: string): D1Statement;
  batch(statements: D1Statement[]): Promise<D1Result[]>;
}
interface D1Statement {
  bind(...values: SqlValue[]): D1Statement;
  all(): Promise<D1Result>;
}
interface D1Result {
  readonly results: Row[];
  readonly meta: { readonly changes: number };
}

/** Before the second try, in milliseconds. */
const firstPause = 50;

/** Errors that pass by themselves ("D1 retry queries"); with any of them a write may or may not have been done. */
const passing =
  /network connection lost|storage caused object to be reset|reset because its code was updated|transient issue|storage operation exceeded timeout|overloaded|internal error|failed to parse body as json/i;

/** The ledger in D1, whose schema is laid by `wrangler d1 migrations apply`. A batch of it is a transaction. */
export function makeD1Ledger(database: D1Database, pause = wait): Ledger {
  const prepare = ({ sql, values }: Statement): D1Statement => {
    const statement = database.prepare(sql);
    return values.length === 0 ? statement : statement.bind(...values);
  };
  return {
    async all(statement) {
      const { results } = await ask([statement], pause, () => prepare(statement).all());
      return results;
    },
    async batch(statements) {
      if (statements.length === 0) return [];
      const results = await ask(statements, pause, () => database.batch(statements.map(prepare)));
      return results.map(({ results: rows, meta }) => ({ rows, changed: meta.changes }));
    },
  };
}

/**
 * Tries again what only reads. Of a write whose answer was lost nobody here knows whether it was done: it is for the one
 * who asked to ask again, under the same name.
 */
function ask<T>(statements: readonly Statement[], pause: typeof wait, work: () => Promise<T>): Promise<T> {
  const explained = async (): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (!passing.test(message)) throw cause;
      throw new StoreError(`the ledger does not answer: ${message}`, { retryable: true, cause });
    }
  };
  const readsOnly = statements.every(({ sql }) => /^\s*SELECT\b/i.test(sql));
  return readsOnly ? retried(explained, firstPause, pause) : explained();
}
