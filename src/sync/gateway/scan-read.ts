import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { limits } from '../wire/limits.ts';
import { sha256 as hashOf } from './fetch-pull-codec.ts';
import type { SeenStat } from './known-seen.ts';

/** What a file is told by, as git's index does it: when one of these differs, its content may. */
export type FileStat = Pick<fs.Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'>;

/** How near to each other a change and a look may be and still be of one tick of the file system's clock, in milliseconds. */
const tick = { fine: 100, coarse: 2_000 } as const;

function hasWholeSeconds({ mtime, ctime }: SeenStat): boolean {
  return mtime % 1_000 === 0 || ctime % 1_000 === 0;
}

/**
 * Whether what was seen of a file counts although its content is not looked at: it was last changed well before the look
 * that began at `written`. Else it may have been changed once more in the same tick of the clock (git's racy entries). Where
 * times are whole seconds, the clock may tick every two of them (FAT).
 */
export function isSettled(seen: SeenStat, written: number): boolean {
  return Math.max(seen.mtime, seen.ctime) < written - (hasWholeSeconds(seen) ? tick.coarse : tick.fine);
}

/** Whether a file still is what was seen, but for its mode. */
export function isAsSeen(seen: SeenStat, stat: FileStat): boolean {
  return seen.size === stat.size && seen.mtime === stat.mtimeMs && seen.ctime === stat.ctimeMs && seen.ino === stat.ino;
}

/** Windows keeps no such mark: a file keeps the one it came with. */
export function isExecutable(stat: FileStat, seen: SeenStat | undefined): boolean {
  return process.platform === 'win32' ? seen?.exec === true : (stat.mode & 0o100) !== 0;
}

function isSame(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

/** A file that was read while it stood still. */
export interface ReadFile {
  readonly stat: FileStat;
  readonly sha256: string;
  /** Lent until the next file is read. Absent of a file that travels by itself: `limits.framedFile`. */
  readonly bytes: Buffer | undefined;
}

/** A link that has taken the place of a file since is not followed; 0 where the system has no such flag. */
const flags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);
const pieceSize = 1024 * 1024;
const tries = 3;

/** Small files are read into the same memory one after the other: to get some for each takes longer than to read them. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

function memoryFor(size: number): Buffer {
  return size > shared.length ? Buffer.allocUnsafe(size) : shared.subarray(0, size);
}

function readWhole(fd: number, size: number): Buffer {
  const bytes = memoryFor(size);
  let at = 0;
  while (at < size) {
    const count = fs.readSync(fd, bytes, at, size - at, at);
    if (count === 0) break;
    at += count;
  }
  return at === size ? bytes : bytes.subarray(0, at);
}

function statOfFile(fd: number): FileStat | undefined {
  const stat = fs.fstatSync(fd);
  return stat.isFile() ? stat : undefined;
}

/** Is given each piece of a large file, and where in it that begins. */
export type OnPiece = (piece: Buffer, at: number) => void;

function hashInPieces(fd: number, size: number, onPiece?: OnPiece): { sha256: string; size: number } {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceSize);
  let at = 0;
  while (at < size) {
    const count = fs.readSync(fd, piece, 0, Math.min(pieceSize, size - at), at);
    if (count === 0) break;
    hash.update(piece.subarray(0, count));
    onPiece?.(piece.subarray(0, count), at);
    at += count;
  }
  return { sha256: hash.digest('hex'), size: at };
}

/** What is known of a plain file that is to be read. */
export interface ReadOptions {
  readonly onPiece?: OnPiece | undefined;
  /** How it looked just before: it is not looked at once more until it was read. */
  readonly seen?: FileStat;
}

/**
 * Reads and hashes a file; `undefined` when it was changed under the reading three times. Throws what `fs` throws: ENOENT
 * where it is gone, ELOOP where a link stands now.
 */
export function readStable(file: string, { onPiece, seen }: ReadOptions = {}): ReadFile | undefined {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const fd = fs.openSync(file, flags);
    try {
      const before = attempt === 0 && seen !== undefined ? seen : statOfFile(fd);
      if (before === undefined) return undefined;
      const bytes = before.size > limits.framedFile ? undefined : readWhole(fd, before.size);
      const { sha256, size } =
        bytes === undefined ? hashInPieces(fd, before.size, onPiece) : { sha256: hashOf(bytes), size: bytes.length };
      const stat = fs.fstatSync(fd);
      if (size === stat.size && isSame(before, stat)) return { stat, sha256, bytes };
    } finally {
      fs.closeSync(fd);
    }
  }
  return undefined;
}
