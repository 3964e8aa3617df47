import fs from 'node:fs';
import path from 'node:path';
import { keepOwner, partOf } from './atomic.ts';
import { SnappyError } from './errors.ts';

/** Copies a file, a link or a folder with all in it; `to` is not there yet. Modes, owners and link texts are kept. */
function copyEntry(from: string, to: string): void {
  const stat = fs.lstatSync(from);
  if (stat.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(from), to);
  else if (stat.isFile()) fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
  else if (stat.isDirectory()) {
    fs.mkdirSync(to, { mode: 0o700 });
    for (const name of fs.readdirSync(from)) copyEntry(path.join(from, name), path.join(to, name));
  } else {
    throw new SnappyError('refused', `${from} is no file, folder or link and cannot be moved to another disk`, {
      hint: 'it was left as it is; move it away by hand, then run this again',
    });
  }
  keepOwner(to, stat);
  if (!stat.isSymbolicLink()) {
    fs.chmodSync(to, stat.mode & 0o7777);
    fs.utimesSync(to, stat.atime, stat.mtime);
  }
}

/** Whether two entries are alike all the way down: kinds, names, bytes, link texts, modes. */
export function sameEntry(a: string, b: string): boolean {
  const one = fs.lstatSync(a);
  const other = fs.lstatSync(b);
  if (one.mode !== other.mode) return false;
  if (one.isSymbolicLink()) return fs.readlinkSync(a) === fs.readlinkSync(b);
  if (one.isFile()) return one.size === other.size && fs.readFileSync(a).equals(fs.readFileSync(b));
  if (!one.isDirectory()) return false;
  const names = fs.readdirSync(a).toSorted();
  return (
    names.join('/') === fs.readdirSync(b).toSorted().join('/') &&
    names.every((name) => sameEntry(path.join(a, name), path.join(b, name)))
  );
}

function moveAcross(from: string, to: string): void {
  const copy = partOf(to);
  try {
    copyEntry(from, copy);
    if (!sameEntry(from, copy)) throw new Error(`the copy of ${from} differs from it`);
    fs.renameSync(copy, to);
  } catch (cause) {
    fs.rmSync(copy, { recursive: true, force: true });
    throw cause;
  }
  // Only now does the source go, and out of sight in one step: it is never seen with half of its files gone.
  const rest = partOf(from);
  fs.renameSync(from, rest);
  fs.rmSync(rest, { recursive: true, force: true });
}

/**
 * Renames an entry; to another file system it is copied beside the goal, compared, renamed, and only then taken away at
 * the source. Throws with nothing changed at `from` when any of this fails.
 */
export function moveEntry(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EXDEV') throw cause;
    moveAcross(from, to);
  }
}
