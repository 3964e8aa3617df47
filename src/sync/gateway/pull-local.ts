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

/** Something that stands in the way of a file: a folder or link in its place, a file or link above it, a name that differs in case. */
export interface Obstacle {
  readonly kind: 'blocked';
  /** What it is, relative to the root. */
  readonly by: string;
  readonly how: 'folder' | 'file' | 'link' | 'case';
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
  private readonly listings = new Map<string, Listing>();
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
    return [...this.list(folder)].flatMap(([name, kind]) => {
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

  private find(file: string): Here | 'file' | 'folder' {
    const cut = file.lastIndexOf('/');
    const folder = cut < 0 ? '' : file.slice(0, cut);
    const name = file.slice(cut + 1);
    const way = this.wayTo(folder);
    if (way !== 'open') return way;
    const kind = this.list(folder).get(name);
    if (kind === 'file' || kind === 'folder') return kind;
    if (kind !== undefined) return { kind: 'blocked', by: file, how: 'link' };
    const twin = this.twinOf(folder, name);
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

  private list(folder: string): Listing {
    let listing = this.listings.get(folder);
    if (listing === undefined) {
      listing = readFolder(path.join(this.root, folder));
      this.listings.set(folder, listing);
    }
    return listing;
  }

  /** The entry that a file system which does not tell case or accents apart would take `name` for. */
  private twinOf(folder: string, name: string): string | undefined {
    let names = this.folded.get(folder);
    if (names === undefined) {
      names = new Map([...this.list(folder).keys()].map((one) => [foldPath(one), one]));
      this.folded.set(folder, names);
    }
    const twin = names.get(foldPath(name));
    return twin === undefined ? undefined : folder === '' ? twin : `${folder}/${twin}`;
  }

  private readFile(file: string): Here {
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

function readFolder(folder: string): Listing {
  try {
    return new Map(fs.readdirSync(folder, { withFileTypes: true }).map((entry) => [entry.name, kindOf(entry)]));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Map();
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
