import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { foldPath } from '../wire/safe-path.ts';
import type { SeenFile } from './known.ts';
import { isAsSeen, isSettled } from './scan-read.ts';

/** What tells that a file is still the one that was looked at. */
export type Stamp = Pick<SeenFile, 'size' | 'mtime' | 'ctime' | 'ino'>;

/** A plain file of the tree. */
export interface LocalFile {
  readonly kind: 'file';
  readonly sha256: string;
  readonly exec: boolean;
  readonly stamp: Stamp;
}

/**
 * Something that stands in the way of a file: a folder or link in its place, a file or link above it, a name that differs in
 * case, or that nobody has given this user the right to look at it or to change it.
 */
export interface Obstacle {
  readonly kind: 'blocked';
  /** What it is, relative to the root. */
  readonly by: string;
  readonly how: 'folder' | 'file' | 'link' | 'case' | 'closed';
}

/** What stands at a path here. */
export type Here = { readonly kind: 'absent' } | LocalFile | Obstacle;

type EntryKind = 'folder' | 'file' | 'link' | 'other';
type Listing = ReadonlyMap<string, EntryKind>;

export function stampOf({ size, mtimeMs, ctimeMs, ino }: fs.Stats): Stamp {
  return { size, mtime: mtimeMs, ctime: ctimeMs, ino };
}

/** Whether two looks at a file were at the same content, as far as its times tell. */
export function isSameStamp(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime && a.ino === b.ino;
}

/** Whether a file is the one that was laid aside for its place: to be moved there changes its ctime, and nothing else. */
export function isAsLaid(laid: Stamp, now: Stamp): boolean {
  return isSameStamp(laid, { ...now, ctime: laid.ctime });
}

function kindOf(entry: fs.Dirent): EntryKind {
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'link';
  return entry.isFile() ? 'file' : 'other';
}

const absent: Here = { kind: 'absent' };

/**
 * The files below a root, looked at by path. Each folder is read once; names are told apart to the letter, as a manifest
 * does, whatever the file system makes of them, and no link is ever followed.
 */
export class LocalTree {
  private readonly root: string;
  private readonly seen: ReadonlyMap<string, SeenFile>;
  private readonly written: number;
  private readonly listings = new Map<string, Listing | 'closed'>();
  private readonly locked = new Map<string, boolean>();
  private readonly folded = new Map<string, ReadonlyMap<string, string>>();
  private readonly ways = new Map<string, Here | 'open'>([['', 'open']]);

  constructor(root: string, seen: ReadonlyMap<string, SeenFile>, written: number) {
    this.root = root;
    this.seen = seen;
    this.written = written;
  }

  /** What stands at a path, the content read where it may have changed since it was last seen. */
  look(file: string): Here {
    const found = this.find(file);
    if (found === 'file') return this.readFile(file);
    return found === 'folder' ? { kind: 'blocked', by: file, how: 'folder' } : found;
  }

  /** Paths of everything below a folder that is no folder. */
  filesBelow(folder: string): string[] {
    const listing = this.list(folder);
    // What is in it is not known; it is more than nothing.
    if (listing === 'closed') return [folder];
    return [...listing].flatMap(([name, kind]) => {
      const inner = `${folder}/${name}`;
      return kind === 'folder' ? this.filesBelow(inner) : [inner];
    });
  }

  /** The uppermost folder on the way to a path that is not there; `undefined` where all are. */
  newFolderOf(file: string): string | undefined {
    for (let cut = file.indexOf('/'); cut >= 0; cut = file.indexOf('/', cut + 1)) {
      const folder = file.slice(0, cut);
      if (this.wayTo(folder) !== 'open') return folder;
    }
    return undefined;
  }

  /** The folder in which something would have to be made or replaced for a path, and may not; `undefined` where it may. */
  lockedBy(file: string): Obstacle | undefined {
    let folder = file;
    do folder = folder.includes('/') ? path.posix.dirname(folder) : '';
    while (this.wayTo(folder) !== 'open');
    let isLocked = this.locked.get(folder);
    if (isLocked === undefined) {
      isLocked = !mayChange(path.join(this.root, folder));
      this.locked.set(folder, isLocked);
    }
    return isLocked ? { kind: 'blocked', by: folder, how: 'closed' } : undefined;
  }

  private find(file: string): Here | 'file' | 'folder' {
    const cut = file.lastIndexOf('/');
    const folder = cut < 0 ? '' : file.slice(0, cut);
    const name = file.slice(cut + 1);
    const way = this.wayTo(folder);
    if (way !== 'open') return way;
    const listing = this.list(folder);
    if (listing === 'closed') return { kind: 'blocked', by: folder, how: 'closed' };
    const kind = listing.get(name);
    if (kind === 'file' || kind === 'folder') return kind;
    if (kind !== undefined) return { kind: 'blocked', by: file, how: 'link' };
    const twin = this.twinOf(folder, name, listing);
    return twin === undefined ? absent : { kind: 'blocked', by: twin, how: 'case' };
  }

  /** Whether the way to a folder is one of folders alone. */
  private wayTo(folder: string): Here | 'open' {
    const known = this.ways.get(folder);
    if (known !== undefined) return known;
    const found = this.find(folder);
    const way: Here | 'open' =
      found === 'folder' ? 'open' : found === 'file' ? { kind: 'blocked', by: folder, how: 'file' } : found;
    this.ways.set(folder, way);
    return way;
  }

  private list(folder: string): Listing | 'closed' {
    let listing = this.listings.get(folder);
    if (listing === undefined) {
      listing = readFolder(path.join(this.root, folder));
      this.listings.set(folder, listing);
    }
    return listing;
  }

  /** The entry that a file system which does not tell case or accents apart would take `name` for. */
  private twinOf(folder: string, name: string, listing: Listing): string | undefined {
    let names = this.folded.get(folder);
    if (names === undefined) {
      names = new Map([...listing.keys()].map((one) => [foldPath(one), one]));
      this.folded.set(folder, names);
    }
    const twin = names.get(foldPath(name));
    return twin === undefined ? undefined : folder === '' ? twin : `${folder}/${twin}`;
  }

  private readFile(file: string): Here {
    try {
      return this.readOpenFile(file);
    } catch (cause) {
      if (!isClosed(cause)) throw cause;
      return { kind: 'blocked', by: file, how: 'closed' };
    }
  }

  private readOpenFile(file: string): Here {
    const full = path.join(this.root, file);
    const stat = fs.lstatSync(full, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return absent;
    const stamp = stampOf(stat);
    const exec = (stat.mode & 0o100) !== 0;
    const seen = this.seen.get(file);
    const isKnown = seen !== undefined && isAsSeen(seen, stat) && isSettled(seen, this.written);
    return { kind: 'file', sha256: isKnown ? seen.sha256 : hashFile(full), exec, stamp };
  }
}

function isClosed(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** Whether this user may make, replace and remove what is in a folder. */
function mayChange(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch (cause) {
    // Where it is not there it is yet to be made, in one that is.
    return !isClosed(cause);
  }
}

function readFolder(folder: string): Listing | 'closed' {
  try {
    return new Map(fs.readdirSync(folder, { withFileTypes: true }).map((entry) => [entry.name, kindOf(entry)]));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Map();
    if (isClosed(cause)) return 'closed';
    throw cause;
  }
}

/** sha256 of a file in hex; read in pieces, since files of a tree may be of any size. */
export function hashFile(full: string): string {
  const hash = createHash('sha256');
  const fd = fs.openSync(full, 'r');
  try {
    const piece = Buffer.allocUnsafe(256 * 1024);
    for (;;) {
      const size = fs.readSync(fd, piece);
      if (size === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, size));
    }
  } finally {
    fs.closeSync(fd);
  }
}
