import fs from 'node:fs';
import path from 'node:path';
import { makeFolder, syncFolder, writeAtomic } from '../../../core/atomic.ts';
import { explainDiskError } from '../../../core/disk-error.ts';
import { SnappyError } from '../../../core/errors.ts';
import { parseSettings } from '../settings.ts';
import type { Settings } from '../settings.ts';
import { loadSqlite } from './load-sqlite.ts';

/** What lies in the folder of a gateway on Node. */
export const dataFiles = {
  settings: 'gateway.json',
  ledger: 'ledger.sqlite',
  store: 'store',
  lock: 'gateway.lock',
  pid: 'gateway.pid',
} as const;

/** A settings file has a few hundred bytes. */
const settingsAtMost = 64 * 1024;
const mendHint = 'nothing was changed; when that is mended, start it again';

/**
 * The settings of the gateway in `dir`; `undefined` where none was made yet. Throws `failure` for a file that is torn or not
 * valid, and `refused` for a folder that holds other things.
 */
export function readSettings(dir: string, env: NodeJS.ProcessEnv): Settings | undefined {
  const file = path.join(dir, dataFiles.settings);
  let text: string;
  try {
    if (!fs.existsSync(file)) return expectFresh(dir);
    if (fs.statSync(file).size > settingsAtMost) throw notJson(file, 'it is too large for one');
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw readFault(cause, file);
  }
  return parseSettings(parseJson(text, file), env, file);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The message of JSON.parse quotes the text, which holds a secret.
    const at = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    throw notJson(file, text.trim() === '' ? 'it is empty' : at === undefined ? 'it breaks off' : `at character ${at}`);
  }
}

function notJson(file: string, reason: string): SnappyError {
  return new SnappyError('failure', `${file} is not JSON: ${reason}`, {
    hint: 'put it back from a backup: the secret in it is what the keys of all tenants and the signatures hang on',
  });
}

function readFault(cause: unknown, file: string): unknown {
  if (cause instanceof SnappyError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined
    ? cause
    : new SnappyError('failure', `${file} could not be read (${code})`, { hint: mendHint, cause });
}

/** A ledger without settings is a gateway whose secret was lost: making another one would lock everybody out. */
function expectFresh(dir: string): undefined {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isDirectory())
    throw new SnappyError('refused', `${dir} is not a folder`, { hint: 'name another with --data' });
  const own: readonly string[] = [dataFiles.lock, dataFiles.pid];
  const others = fs.readdirSync(dir).filter((name) => !own.includes(name) && !name.endsWith('.part'));
  if (others.length === 0) return undefined;
  throw new SnappyError('refused', `${dir} holds ${others[0]}, but no ${dataFiles.settings}`, {
    hint: `put ${dataFiles.settings} back from a backup, or name an empty folder with --data`,
  });
}

/** Makes the folder of a gateway, which its owner alone may look into. */
export function makeDataDir(dir: string): void {
  try {
    if (fs.existsSync(dir)) return;
    fs.mkdirSync(path.dirname(dir), { recursive: true });
    makeFolder(dir, 0o700);
  } catch (cause) {
    throw explainDiskError(cause, mendHint, dir);
  }
}

/** Writes the settings of a new gateway: from then on it is one. */
export function writeSettings(dir: string, settings: Partial<Settings>): void {
  const file = path.join(dir, dataFiles.settings);
  try {
    writeAtomic(file, `${JSON.stringify(settings, undefined, 2)}\n`, 0o600, { durable: true });
    syncFolder(dir);
  } catch (cause) {
    throw explainDiskError(cause, mendHint, file);
  }
}

/**
 * Takes the folder for this process; the result lets it go. The lock is SQLite's on an empty file, so that the system lets it
 * go when the process dies, whatever kills it, and no rule about ages is needed, which a server that runs for months would
 * meet. Throws `failure` that names the process which has it.
 */
export function takeDataDir(dir: string): () => void {
  const { DatabaseSync } = loadSqlite();
  const pidFile = path.join(dir, dataFiles.pid);
  let lock: InstanceType<typeof DatabaseSync> | undefined;
  try {
    lock = new DatabaseSync(path.join(dir, dataFiles.lock));
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    fs.writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (cause) {
    lock?.close();
    throw lockFault(cause, dir, pidFile);
  }
  const held = lock;
  return () => {
    fs.rmSync(pidFile, { force: true });
    held.close();
  };
}

function lockFault(cause: unknown, dir: string, pidFile: string): unknown {
  const { errcode } = cause as { errcode?: number };
  const busy = 5;
  if (errcode === undefined) return explainDiskError(cause, mendHint, dir);
  if ((errcode & 0xff) !== busy) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SnappyError('failure', `${dir} cannot be written to: ${reason}`, { hint: mendHint, cause });
  }
  const pid = /^\d{1,10}/.exec(fs.existsSync(pidFile) ? fs.readFileSync(pidFile, 'utf8') : '')?.[0];
  return new SnappyError('failure', `a gateway serves ${dir} already${pid === undefined ? '' : `: process ${pid}`}`, {
    hint: 'stop that one first, or name another folder with --data',
    cause,
  });
}
