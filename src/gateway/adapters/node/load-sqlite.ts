import process from 'node:process';
import type * as NodeSqlite from 'node:sqlite';
import { SnappyError } from '../../../core/errors.ts';

type Sqlite = typeof NodeSqlite;

/**
 * Node's own SQLite. It is asked for when it is needed rather than imported: the rest of the program runs on a Node that
 * has none. Throws `failure` there.
 */
export function loadSqlite(version = process.versions.node): Sqlite {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const sqlite = major > 22 || (major === 22 && minor >= 13) ? quietly(builtin) : undefined;
  if (sqlite !== undefined) return sqlite;
  throw new SnappyError(
    'failure',
    `the gateway keeps its ledger in SQLite and wants Node >= 22.13; this is ${version}`,
    {
      hint: 'run it with a newer Node (nodejs.org); everything else of snappy runs on this one',
    },
  );
}

function builtin(): Sqlite | undefined {
  return process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
}

/** Node 22 warns that SQLite is experimental there, once, on the terminal of a person who can do nothing about it. */
function quietly<T>(load: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
