import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { SnappyError } from '../../../core/errors.ts';
import { StoreError } from '../../ports.ts';
import type { Ledger, Row, Statement } from '../../ports.ts';
import { migrations } from '../../schema.ts';
import { migrate } from '../migrate.ts';
import { loadSqlite } from './load-sqlite.ts';

export interface SqliteLedger extends Ledger {
  /** Writes what is still in the journal to the file, and lets it go. */
  close(): void;
}

/** Statements that are kept prepared; those with a list of any length in their text would be endless. */
const preparedAtMost = 256;

/**
 * The ledger in one file, or in memory with `:memory:`; makes it and brings it up to date. What a batch has resolved is on
 * the disk: `synchronous=FULL` waits for it even with a write-ahead log. Throws a `SnappyError` for a file that is damaged,
 * no database, or made by a newer program.
 */
export async function openSqliteLedger(file: string, now = new Date()): Promise<SqliteLedger> {
  const database = open(file);
  try {
    const ledger = ledgerOf(database);
    const newer = await migrate(ledger, migrations, now);
    if (newer.length > 0) {
      throw new SnappyError('refused', `${file} was made by a newer snappy: it has ${newer.join(', ')}`, {
        hint: 'update snappy on this machine; the file was left as it is',
      });
    }
    return ledger;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function open(file: string): DatabaseSync {
  const { DatabaseSync: Database } = loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new Database(file, { enableForeignKeyConstraints: true });
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Error(String(check));
    return database;
  } catch (cause) {
    database?.close();
    throw new SnappyError('failure', `the ledger ${file} cannot be used: ${wordsOf(cause)}`, {
      hint: 'free what stands in its way, or put back a backup of it with its -wal file; the gateway has changed nothing',
      cause,
    });
  }
}

function ledgerOf(database: DatabaseSync): SqliteLedger {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.delete(sql);
    prepared.set(sql, known);
    for (const oldest of prepared.keys()) {
      if (prepared.size <= preparedAtMost) break;
      prepared.delete(oldest);
    }
    return known;
  };
  const rowsOf = ({ sql, values }: Statement): Row[] => prepare(sql).all(...values) as Row[];
  // Unlike `changes()`, which a statement that changes nothing leaves as it was.
  const total = (): number => Number(prepare('SELECT total_changes() AS n').get()?.['n']);
  return {
    async all(statement) {
      return explained(() => rowsOf(statement));
    },
    async batch(statements) {
      return explained(() =>
        inTransaction(database, () =>
          statements.map((statement) => {
            const before = total();
            return { rows: rowsOf(statement), changed: total() - before };
          }),
        ),
      );
    },
    close: () => database.close(),
  };
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (cause) {
    rollBack(database);
    throw cause;
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // Some errors, such as a full disk, have rolled back already. (`isTransaction` would tell, from Node 22.16 on.)
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that tell of the disk or of others at the file. */
const diskFaults: Readonly<Record<number, string>> = {
  5: 'another program holds it',
  6: 'another program holds it',
  8: 'it may not be written to',
  10: 'the disk has failed',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'it could not be opened',
  26: 'it is not a database',
};

function faultOf(cause: unknown): string | undefined {
  const code = (cause as { errcode?: unknown } | undefined)?.errcode;
  // The extended code has the primary one in its lowest byte.
  return typeof code === 'number' ? diskFaults[code & 0xff] : undefined;
}

function wordsOf(cause: unknown): string {
  return faultOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
}

/** What the disk has done is a `StoreError`; what is wrong with the SQL stays a defect of ours. */
function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const fault = faultOf(cause);
    if (fault === undefined) throw cause;
    throw new StoreError(`the ledger does not answer: ${fault}`, { retryable: true, cause });
  }
}
