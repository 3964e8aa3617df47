import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { explainDiskError } from './disk-error.ts';
import { SnappyError } from './errors.ts';
import { isAlive } from './process.ts';

/** After this long a lock of another machine, whose processes cannot be asked, is taken for left behind. */
const otherHostMs = 10 * 60 * 1000;
/** After this long a lock with no text in it was left by a process that was killed as it wrote it. */
const emptyMs = 10_000;
const pollMs = 50;
const maximumBytes = 4_096;

const lockFile = z.strictObject({
  version: z.literal(1),
  /** Tells this lock from every other, so that nobody removes one that is not the one that was looked at. */
  token: z.string().check(z.maxLength(100)),
  pid: z.int().check(z.positive()),
  /** When that process began, where the system says: a number that has gone to another process since is then seen. */
  process: z.optional(z.string()),
  host: z.string(),
  since: z.iso.datetime(),
});

/** Who holds a lock. */
export type LockHolder = Readonly<z.infer<typeof lockFile>>;

export interface LockOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly waitMs: number;
  /** Called once, when there is somebody to wait for. `undefined` where the lock does not say who. */
  readonly onWait?: (holder: LockHolder | undefined) => void;
}

/** The start of a process in clock ticks since boot (`proc_pid_stat(5)`, field 22); `undefined` off Linux. */
function processStart(pid: number): string | undefined {
  try {
    // The second field is a name in brackets that may hold anything; what follows its end is plain.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** What a lock file says; `holder` is missing where it is being written, or was cut off in that. */
interface Seen {
  readonly holder: LockHolder | undefined;
  readonly text: string;
  readonly ageMs: number;
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return lockFile.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readLock(file: string): Seen | undefined {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > maximumBytes) {
    throw new SnappyError('refused', `${file} is not a lock of ours`, { hint: 'move it away, then run this again' });
  }
  try {
    const text = fs.readFileSync(file, 'utf8');
    return { holder: parseHolder(text), text, ageMs: Date.now() - stat.mtimeMs };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

function isStale({ holder, ageMs }: Seen): boolean {
  if (holder === undefined) return ageMs > emptyMs;
  if (holder.host !== os.hostname()) return ageMs > otherHostMs;
  if (!isAlive(holder.pid)) return true;
  return holder.process !== undefined && processStart(holder.pid) !== holder.process;
}

/** Makes the lock if nobody holds it; its text, or `undefined`. */
function tryLock(file: string): string | undefined {
  const started = processStart(process.pid);
  const holder: LockHolder = {
    version: 1,
    token: randomUUID(),
    pid: process.pid,
    ...(started === undefined ? {} : { process: started }),
    host: os.hostname(),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(holder)}\n`;
  let fd: number;
  try {
    fd = fs.openSync(file, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw cause;
  }
  try {
    fs.writeFileSync(fd, text);
    return text;
  } catch (cause) {
    fs.rmSync(file, { force: true });
    throw cause;
  } finally {
    fs.closeSync(fd);
  }
}

function unlock(file: string, text: string): void {
  if (readLock(file)?.text === text) fs.rmSync(file, { force: true });
}

/**
 * Removes a lock that was left behind, and no other. Between looking and removing, another taker may have removed it and
 * made its own; so this is done under a lock on the removal, and what is there is looked at again. That second lock can
 * be left behind too, by a process killed in these few lines: it is then removed in the same way.
 */
function removeStale(file: string, seen: Seen, depth = 0): void {
  const removal = `${file}.takeover`;
  const text = tryLock(removal);
  if (text === undefined) {
    const other = readLock(removal);
    if (other !== undefined && depth < 3 && isStale(other)) removeStale(removal, other, depth + 1);
    return;
  }
  try {
    unlock(file, seen.text);
  } finally {
    unlock(removal, text);
  }
}

function heldBy(file: string, holder: LockHolder | undefined): SnappyError {
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return new SnappyError('failure', `another snappy is at work here: ${who}`, {
    hint: `wait until it is done and run this again; if there is no such process, remove ${file}`,
  });
}

async function lock(file: string, { waitMs, onWait }: LockOptions): Promise<string> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const end = performance.now() + waitMs;
  let hasSaid = false;
  for (;;) {
    const text = tryLock(file);
    if (text !== undefined) return text;
    const seen = readLock(file);
    if (seen === undefined) continue;
    if (isStale(seen)) {
      removeStale(file, seen);
      if (readLock(file)?.text !== seen.text) continue;
    } else if (!hasSaid && waitMs > 0) {
      hasSaid = true;
      onWait?.(seen.holder);
    }
    if (performance.now() >= end) throw heldBy(file, seen.holder);
    await sleep(pollMs);
  }
}

/**
 * Does `work` while no other process does work under the same lock `file` (absolute; its folder is made). A lock whose
 * process has died, or that is of another machine and older than ten minutes, is taken over. Throws `failure` and names
 * the holder when it is still held after `waitMs`.
 *
 * Not `proper-lockfile`: it cannot say who holds a lock, keeps a timer to renew it, and two takers of one that was left
 * behind can both get it (its issue 121).
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => T | Promise<T>): Promise<T> {
  let text: string;
  try {
    text = await lock(file, options);
  } catch (cause) {
    throw explainDiskError(cause, 'nothing was changed', file);
  }
  try {
    return await work();
  } finally {
    unlock(file, text);
  }
}
