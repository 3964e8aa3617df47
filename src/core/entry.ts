import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from './errors.ts';
import type { System } from './system.ts';

/** What stands at a path, as far as a step depends on it. */
export type Entry =
  | { readonly kind: 'absent' }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly mode?: number | undefined }
  | {
      readonly kind: 'file';
      readonly sha256: string;
      /** Permission bits; `undefined` for a new file, which gets what the process gives. */
      readonly mode?: number | undefined;
      /** Where a step changes the mode and not the bytes, the mode is what tells before from after. */
      readonly byMode?: boolean | undefined;
      /** The bytes, where they are needed to make this file (again). */
      readonly bytes?: Buffer | undefined;
    };

export const absent: Entry = { kind: 'absent' };

/** A file with these bytes. */
export function fileEntry(bytes: Buffer, mode: number | undefined): Extract<Entry, { kind: 'file' }> {
  return { kind: 'file', sha256: createHash('sha256').update(bytes).digest('hex'), mode, bytes };
}

/** What stands at `file` now, the bytes of a file read. Throws `refused` for a device, a socket and the like. */
export function lookAt(file: string): Entry {
  let stat: fs.Stats | undefined;
  try {
    stat = fs.lstatSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOTDIR') throw cause;
  }
  if (stat === undefined) return absent;
  if (stat.isSymbolicLink()) return { kind: 'link', target: fs.readlinkSync(file) };
  if (stat.isDirectory()) return { kind: 'folder', mode: stat.mode & 0o7777 };
  if (stat.isFile()) return fileEntry(fs.readFileSync(file), stat.mode & 0o7777);
  throw new SnappyError('refused', `${file} is no file, folder or link`, {
    hint: 'it was left as it is; move it away by hand, then run this again',
  });
}

/** Whether no link leads to a folder: its path is its real one. */
function isStraight(folder: string): boolean {
  try {
    return fs.realpathSync(folder) === folder;
  } catch {
    return false;
  }
}

/** As `lookAt`, for a path that leads through no link: where one has come in between, nothing of ours is there. */
export function lookStraightAt(file: string): Entry {
  return isStraight(path.dirname(file)) ? lookAt(file) : absent;
}

/** A `lookStraightAt` for steps that come one after the other: those in the same folder look at the way to it once. */
export function lookAlong(): (file: string) => Entry {
  let last: string | undefined;
  return (file) => {
    const folder = path.dirname(file);
    if (folder !== last) last = isStraight(folder) ? folder : undefined;
    return last === undefined ? absent : lookAt(file);
  };
}

/** Whether `found` is what a step says: kind, and bytes or link text. The mode of a folder is nobody's mark. */
export function matches(found: Entry, expected: Entry): boolean {
  switch (expected.kind) {
    case 'absent':
    case 'folder':
      return found.kind === expected.kind;
    case 'link':
      return found.kind === 'link' && found.target === expected.target;
    case 'file':
      return (
        found.kind === 'file' &&
        found.sha256 === expected.sha256 &&
        (expected.byMode !== true || found.mode === expected.mode)
      );
  }
}

/** Turns what stands at `file`, `now`, into `wanted`: how a step is done and, with the two exchanged, undone. */
export function put(system: System, file: string, now: Entry, wanted: Entry): void {
  switch (wanted.kind) {
    case 'absent':
      if (now.kind === 'folder') system.rmdir(file);
      else system.remove(file);
      break;
    case 'folder':
      system.mkdir(file, wanted.mode);
      break;
    case 'link':
      system.symlink(wanted.target, file, now.kind === 'link' ? now.target : undefined);
      break;
    case 'file':
      if (wanted.bytes === undefined) throw new Error(`no bytes to write to ${file}`);
      system.write(file, wanted.bytes, wanted.mode);
      break;
  }
}
