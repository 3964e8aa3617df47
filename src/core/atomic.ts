import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from './errors.ts';

/** How an unfinished file or folder of ours is named, beside what it will become: `<name>.<pid>.<8 hex>.part`. */
const partName = /^(?<name>.+)\.(?<pid>\d{1,10})\.[0-9a-f]{8}\.part$/;

/** A fresh name beside `file`, in the same folder, so that a rename to `file` is one step. */
export function partOf(file: string): string {
  return `${file}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
}

/** What the entry `name` of a folder was to become and who was at it; `undefined` for any name that is not of that form. */
export function readPartName(name: string): { readonly name: string; readonly pid: number } | undefined {
  const groups = partName.exec(name)?.groups;
  return groups === undefined ? undefined : { name: groups['name'] ?? '', pid: Number(groups['pid']) };
}

/** Follows a symlink to the file it stands for, so that an edit changes the target and keeps the link. */
function resolveLink(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch (cause) {
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file;
    throw new SnappyError('refused', `${file} is a link that leads nowhere`, {
      hint: 'it was left as it is; mend or remove the link, then run this again',
      cause,
    });
  }
}

/** Gives a new entry the owner of the one it replaces, which matters when an administrator edits a person's file. */
export function keepOwner(part: string, of: fs.Stats): void {
  const made = fs.lstatSync(part);
  if (made.uid === of.uid && made.gid === of.gid) return;
  try {
    fs.lchownSync(part, of.uid, of.gid);
  } catch (cause) {
    // Only the group is one that we are no member of: the file stays its owner's, which is what counts.
    if (made.uid !== of.uid) throw cause;
  }
}

/**
 * Writes beside the target and renames over it: a reader sees the old bytes or the new, never half. Goes through a
 * symlink to its file; throws `refused` where that link leads nowhere. An existing file keeps its owner, and its mode
 * unless one is given. `durable` waits until the bytes are on the disk before they replace what is there; `confirm` is
 * called when all that is left is the rename: what it throws leaves the file as it is.
 */
export function writeAtomic(
  file: string,
  data: Buffer | string,
  mode?: number,
  options: { readonly durable?: boolean; readonly confirm?: (() => void) | undefined } = {},
): void {
  const target = resolveLink(file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const part = partOf(target);
  const old = fs.statSync(target, { throwIfNoEntry: false });
  const keep = mode ?? old?.mode;
  try {
    const fd = fs.openSync(part, 'wx', keep === undefined ? 0o666 : keep & 0o777);
    try {
      fs.writeFileSync(fd, data);
      if (old !== undefined) keepOwner(part, old);
      if (keep !== undefined) fs.fchmodSync(fd, keep & 0o7777);
      if (options.durable === true) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    options.confirm?.();
    fs.renameSync(part, target);
  } catch (cause) {
    fs.rmSync(part, { force: true });
    throw cause;
  }
}

/** Waits until the names in a folder are on the disk: what was renamed there stays so after a power cut. */
export function syncFolder(dir: string): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(dir, 'r');
    fs.fsyncSync(fd);
  } catch {
    // Windows and some network disks cannot do this; the rename is then as durable as they make it.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Puts a link in the place of another in one step. */
export function replaceLink(target: string, file: string): void {
  const part = partOf(file);
  try {
    fs.symlinkSync(target, part);
    fs.renameSync(part, file);
  } catch (cause) {
    fs.rmSync(part, { force: true });
    throw cause;
  }
}

/** Makes a folder that has its mode from the first moment, whatever the process takes from new folders. */
export function makeFolder(dir: string, mode: number): void {
  const part = partOf(dir);
  try {
    fs.mkdirSync(part, { mode });
    fs.chmodSync(part, mode);
    fs.renameSync(part, dir);
  } catch (cause) {
    fs.rmSync(part, { recursive: true, force: true });
    throw cause;
  }
}
