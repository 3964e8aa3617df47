import fs from 'node:fs';
import path from 'node:path';
import { makeFolder, replaceLink, writeAtomic } from './atomic.ts';
import { moveEntry } from './move.ts';

/**
 * One change to the file system, as data: what a plan prints and a dry run records. Folders on the way to a `write`,
 * `mkdir`, `symlink` or `rename` are made as needed. A `symlink` with `before` takes the place of a link to there; one
 * without goes where nothing is. `remove` is for files and links: no plan removes a folder that holds something.
 */
export type Change =
  | { kind: 'write'; path: string; before: Buffer | undefined; after: Buffer; mode: number | undefined }
  | { kind: 'remove'; path: string }
  | { kind: 'mkdir'; path: string; mode?: number }
  | { kind: 'rmdir'; path: string }
  | { kind: 'symlink'; path: string; target: string; before?: string }
  | { kind: 'rename'; path: string; to: string };

/**
 * The file system as the product sees it. Reads look at what is there; changes go through here alone, so that a dry
 * run is another object and not an `if` (the idea of chezmoi's `System`).
 */
export interface System {
  readonly changes: readonly Change[];
  /** The file's bytes, or `undefined` where there is none. Throws on anything else (a folder, no permission). */
  read(file: string): Buffer | undefined;
  /**
   * Replaces a file in one step, through a symlink if it is one; does nothing when the bytes are the same and the mode
   * is, or none is given. `confirm` is called right before the new bytes take the place of what stands there; what it
   * throws leaves the file as it is.
   */
  write(file: string, data: Buffer | string, mode?: number, confirm?: () => void): void;
  /** Makes a folder and those above it; one that is there keeps its mode. */
  mkdir(dir: string, mode?: number): void;
  /** Removes a folder that holds nothing; leaves any other alone. */
  rmdir(dir: string): void;
  /** Removes a file or a link. Throws where a folder stands, with nothing lost. */
  remove(file: string): void;
  /** Removes an entry with all in it: only for what this program made and nobody has seen, as a half-made copy. */
  discard(file: string): void;
  /** Makes a link where nothing is, or replaces in one step the link to `before` that is there. */
  symlink(target: string, file: string, before?: string): void;
  /** Moves a file, a link or a folder, also to another file system. */
  rename(from: string, to: string): void;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cause;
  }
}

function toBuffer(data: Buffer | string): Buffer {
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
}

function isEmptyFolder(dir: string): boolean {
  const entry = fs.lstatSync(dir, { throwIfNoEntry: false });
  return entry?.isDirectory() === true && fs.readdirSync(dir).length === 0;
}

function hasMode(file: string, mode: number): boolean {
  return process.platform === 'win32' || (fs.statSync(file).mode & 0o7777) === (mode & 0o7777);
}

/** The system that does what it is told. */
export function realSystem(): System {
  const changes: Change[] = [];
  return {
    changes,
    read: readIfThere,
    write(file, data, mode, confirm) {
      const after = toBuffer(data);
      const before = readIfThere(file);
      if (before?.equals(after) === true) {
        if (mode === undefined || hasMode(file, mode)) return;
        fs.chmodSync(file, mode);
      } else {
        // A power cut must not leave a person's file empty. What is new can be made again: it need not wait for the disk.
        writeAtomic(file, after, mode, { durable: before !== undefined, confirm });
      }
      changes.push({ kind: 'write', path: file, before, after, mode });
    },
    mkdir(dir, mode) {
      if (mode === undefined || fs.existsSync(dir)) {
        if (fs.mkdirSync(dir, { recursive: true }) === undefined) return;
      } else {
        fs.mkdirSync(path.dirname(dir), { recursive: true });
        makeFolder(dir, mode);
      }
      changes.push({ kind: 'mkdir', path: dir, ...(mode === undefined ? {} : { mode }) });
    },
    rmdir(dir) {
      if (!isEmptyFolder(dir)) return;
      fs.rmdirSync(dir);
      changes.push({ kind: 'rmdir', path: dir });
    },
    remove(file) {
      if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
      fs.unlinkSync(file);
      changes.push({ kind: 'remove', path: file });
    },
    discard(file) {
      if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
      fs.rmSync(file, { recursive: true });
      changes.push({ kind: 'remove', path: file });
    },
    symlink(target, file, before) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      // `readlink` fails where no link is, `symlink` where anything is: nothing but the named link is ever replaced.
      if (before !== undefined && fs.readlinkSync(file) === before) replaceLink(target, file);
      else fs.symlinkSync(target, file);
      changes.push({ kind: 'symlink', path: file, target, ...(before === undefined ? {} : { before }) });
    },
    rename(from, to) {
      fs.mkdirSync(path.dirname(to), { recursive: true });
      moveEntry(from, to);
      changes.push({ kind: 'rename', path: from, to });
    },
  };
}

/** The system that records what would be done; its reads show its own writes over what is on the disk. */
export function drySystem(): System {
  const changes: Change[] = [];
  const written = new Map<string, Buffer | undefined>();
  const read = (file: string): Buffer | undefined => (written.has(file) ? written.get(file) : readIfThere(file));
  const remove = (file: string): void => {
    if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
    written.set(file, undefined);
    changes.push({ kind: 'remove', path: file });
  };
  return {
    changes,
    read,
    write(file, data, mode) {
      const after = toBuffer(data);
      const before = read(file);
      if (before?.equals(after) === true && (mode === undefined || written.has(file) || hasMode(file, mode))) return;
      written.set(file, after);
      changes.push({ kind: 'write', path: file, before, after, mode });
    },
    mkdir(dir, mode) {
      if (!fs.existsSync(dir)) changes.push({ kind: 'mkdir', path: dir, ...(mode === undefined ? {} : { mode }) });
    },
    rmdir(dir) {
      if (isEmptyFolder(dir)) changes.push({ kind: 'rmdir', path: dir });
    },
    remove,
    discard: remove,
    symlink(target, file, before) {
      changes.push({ kind: 'symlink', path: file, target, ...(before === undefined ? {} : { before }) });
    },
    rename(from, to) {
      written.set(to, read(from));
      written.set(from, undefined);
      changes.push({ kind: 'rename', path: from, to });
    },
  };
}
