import type { Stats } from 'node:fs';

/** A folder as it was when it was last listed. */
export interface SeenFolder {
  readonly mtime: number;
  readonly ctime: number;
  readonly ino: number;
  /** Whether all files in it travel: what is left out of one is to be told of at each look. */
  readonly whole: boolean;
}

export function folderSeen({ mtimeMs: mtime, ctimeMs: ctime, ino }: Stats, whole: boolean): SeenFolder {
  return { mtime, ctime, ino, whole };
}

/** How near to a change a look may be and still be of one tick of the file system's clock, in milliseconds. */
const tick = 100;

/**
 * Whether a folder has the entries it had: a file system changes the time of a folder with each entry that is added, removed
 * or renamed. Only one whose clock is finer than a millisecond is taken at that word (ext4, xfs, btrfs, APFS); FAT and exFAT,
 * whose folders may keep their time, have none, and Windows is not asked.
 */
function hasSameEntries(seen: SeenFolder, stat: Stats | undefined, written: number): boolean {
  if (!canTell(seen) || stat?.isDirectory() !== true) return false;
  const isSame = seen.mtime === stat.mtimeMs && seen.ctime === stat.ctimeMs && seen.ino === stat.ino;
  return isSame && Math.max(seen.mtime, seen.ctime) < written - tick;
}

/**
 * Whether what is known of a folder counts without a walk to it: it is that folder and no link that has taken its place,
 * behind which nothing may be looked at; and it has the entries it had, unless these are listed at each look anyway.
 */
export function isAsListed(seen: SeenFolder, stat: Stats | undefined, written: number): boolean {
  if (seen.whole) return hasSameEntries(seen, stat, written);
  return stat?.isDirectory() === true && stat.ino === seen.ino;
}

/** Whether a folder's times can say at all that nothing has changed in it. */
function canTell({ mtime, ctime, whole }: SeenFolder): boolean {
  return whole && process.platform !== 'win32' && !(Number.isInteger(mtime) && Number.isInteger(ctime));
}

/** Whether it is of use to remember these: the next look is shorter by them. */
export function areOfUse(folders: ReadonlyMap<string, SeenFolder>): boolean {
  return [...folders.values()].some(canTell);
}

/** The folder of a path; `''` of one that lies at the root. */
export function folderOf(file: string): string {
  const end = file.lastIndexOf('/');
  return end === -1 ? '' : file.slice(0, end);
}
