import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** One change to the file system, as data: what a plan prints and a dry run records. */
export type Change =
  | { kind: 'write'; path: string; before: Buffer | undefined; after: Buffer; mode: number | undefined }
  | { kind: 'remove'; path: string }
  | { kind: 'mkdir'; path: string }
  | { kind: 'rmdir'; path: string }
  | { kind: 'symlink'; path: string; target: string }
  | { kind: 'rename'; path: string; to: string };

/**
 * The file system as the product sees it. Reads look at what is there; changes go through here alone, so that a dry
 * run is another object and not an `if` (the idea of chezmoi's `System`).
 */
export interface System {
  readonly changes: readonly Change[];
  /** The file's bytes, or `undefined` where there is none. Throws on anything else (a folder, no permission). */
  read(file: string): Buffer | undefined;
  /** Replaces a file in one step, through a symlink if it is one; does nothing when the bytes are the same. */
  write(file: string, data: Buffer | string, mode?: number): void;
  mkdir(dir: string): void;
  /** Removes a folder that holds nothing; leaves any other alone. */
  rmdir(dir: string): void;
  remove(file: string): void;
  symlink(target: string, file: string): void;
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

/** Follows a symlink to the file it stands for, so that an edit changes the target and keeps the link. */
function resolveLink(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

/** Writes beside the target and renames over it: a reader sees the old bytes or the new, never half. */
export function writeAtomic(file: string, data: Buffer | string, mode?: number): void {
  const target = resolveLink(file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
  const keep = mode ?? fs.statSync(target, { throwIfNoEntry: false })?.mode;
  try {
    const fd = fs.openSync(part, 'wx', keep === undefined ? 0o666 : keep & 0o7777);
    try {
      fs.writeFileSync(fd, data);
      if (keep !== undefined) fs.fchmodSync(fd, keep & 0o7777);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(part, target);
  } catch (cause) {
    fs.rmSync(part, { force: true });
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

/** The system that does what it is told. */
export function realSystem(): System {
  const changes: Change[] = [];
  return {
    changes,
    read: readIfThere,
    write(file, data, mode) {
      const after = toBuffer(data);
      const before = readIfThere(file);
      if (before?.equals(after)) return;
      writeAtomic(file, after, mode);
      changes.push({ kind: 'write', path: file, before, after, mode });
    },
    mkdir(dir) {
      if (fs.mkdirSync(dir, { recursive: true }) !== undefined) changes.push({ kind: 'mkdir', path: dir });
    },
    rmdir(dir) {
      if (!isEmptyFolder(dir)) return;
      fs.rmdirSync(dir);
      changes.push({ kind: 'rmdir', path: dir });
    },
    remove(file) {
      if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
      fs.rmSync(file, { recursive: true });
      changes.push({ kind: 'remove', path: file });
    },
    symlink(target, file) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.symlinkSync(target, file);
      changes.push({ kind: 'symlink', path: file, target });
    },
    rename(from, to) {
      fs.renameSync(from, to);
      changes.push({ kind: 'rename', path: from, to });
    },
  };
}

/** The system that records what would be done; its reads show its own writes over what is on the disk. */
export function drySystem(): System {
  const changes: Change[] = [];
  const written = new Map<string, Buffer | undefined>();
  const read = (file: string): Buffer | undefined => (written.has(file) ? written.get(file) : readIfThere(file));
  return {
    changes,
    read,
    write(file, data, mode) {
      const after = toBuffer(data);
      const before = read(file);
      if (before?.equals(after)) return;
      written.set(file, after);
      changes.push({ kind: 'write', path: file, before, after, mode });
    },
    mkdir(dir) {
      if (!fs.existsSync(dir)) changes.push({ kind: 'mkdir', path: dir });
    },
    rmdir(dir) {
      if (isEmptyFolder(dir)) changes.push({ kind: 'rmdir', path: dir });
    },
    remove(file) {
      if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
      written.set(file, undefined);
      changes.push({ kind: 'remove', path: file });
    },
    symlink(target, file) {
      changes.push({ kind: 'symlink', path: file, target });
    },
    rename(from, to) {
      written.set(to, read(from));
      written.set(from, undefined);
      changes.push({ kind: 'rename', path: from, to });
    },
  };
}
