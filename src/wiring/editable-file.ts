import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import type { System } from '../core/system.ts';

const maximumBytes = 5 * 1024 * 1024;

/** Why a file of somebody is left alone, and what can be done about it. */
export interface FileProblem {
  readonly fault: string;
  readonly hint: string;
}

/** What a file is wanted for: an edit needs more of it. */
export type FilePurpose = 'read' | 'edit';

const linkHint = 'mend or remove the link, then run this again';
const namesHint = 'make it a file of its own (cp -p FILE NEW && mv NEW FILE), then run this again';
const ownerHint = 'check who owns it and its permissions, then run this again';

/** Whether a file could be made: the nearest folder above it that exists is one, and may be written to. */
function parentProblem(dir: string): FileProblem | undefined {
  const entry = fs.statSync(dir, { throwIfNoEntry: false });
  if (entry === undefined && fs.lstatSync(dir, { throwIfNoEntry: false }) === undefined && dir !== path.dirname(dir))
    return parentProblem(path.dirname(dir));
  if (entry?.isDirectory() !== true)
    return { fault: `${dir} is not a folder`, hint: 'move it away, then run this again' };
  fs.accessSync(dir, fs.constants.W_OK);
  return undefined;
}

/** Problems that only an edit has. */
function editProblem(file: string, entry: fs.Stats): FileProblem | undefined {
  // The superuser may write to it all the same; who made it read-only did not want that.
  if ((entry.mode & 0o222) === 0) return { fault: 'it is read-only', hint: 'make it writable: chmod u+w' };
  // A file is replaced as a whole: the other names would keep the old one, and part from this one unseen.
  if (entry.nlink > 1) return { fault: `it has ${entry.nlink} names (hard links)`, hint: namesHint };
  const user = process.getuid?.();
  // Only the superuser can give the new file to its owner.
  if (user !== undefined && user !== 0 && user !== entry.uid)
    return { fault: `it belongs to another user (${entry.uid})`, hint: ownerHint };
  fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
  fs.accessSync(path.dirname(fs.realpathSync(file)), fs.constants.W_OK);
  return undefined;
}

/** Problems of the entry itself, found before it is read: a pipe, say, would never end. */
function entryProblem(file: string, purpose: FilePurpose): FileProblem | undefined {
  const entry = fs.statSync(file, { throwIfNoEntry: false });
  if (entry === undefined) {
    const own = fs.lstatSync(file, { throwIfNoEntry: false });
    if (own === undefined) return parentProblem(path.dirname(file));
    // Somebody has just made it.
    if (!own.isSymbolicLink()) return entryProblem(file, purpose);
    return { fault: `it is a link to ${fs.readlinkSync(file)}, which is not there`, hint: linkHint };
  }
  if (!entry.isFile()) {
    const kind = entry.isDirectory() ? 'folder' : 'special file';
    return { fault: `it is a ${kind}, not a file`, hint: 'move it away, then run this again' };
  }
  if (entry.size > maximumBytes) {
    const fault = `it has ${entry.size} bytes, more than ${maximumBytes}`;
    return { fault, hint: 'is it really a file that people write?' };
  }
  return purpose === 'read' ? undefined : editProblem(file, entry);
}

/** An error of the file system in words; any other is a defect of ours and goes on as it is. */
function describeError(cause: unknown): FileProblem {
  if (!(cause instanceof Error) || !('code' in cause)) throw cause;
  const { code, message } = cause;
  // A file in the place of a folder above: Node says so of the stat already.
  if (code === 'ENOTDIR')
    return { fault: 'a folder above it is a file', hint: 'move that file away, then run this again' };
  if (code === 'ELOOP') return { fault: 'it is a link that leads in a circle', hint: linkHint };
  return { fault: message, hint: ownerHint };
}

/**
 * The bytes of a text file of somebody, links followed; `bytes` is `undefined` where there is none and one can be made.
 * A `problem` is anything that an edit could damage or could not write: not UTF-8, over 5 MB, a folder or special file,
 * a dangling link or a loop of links, read-only, more names than one (hard links), another user's, no permission, a file
 * in the place of a folder above.
 */
export function readEditable(
  system: System,
  file: string,
  purpose: FilePurpose,
): { readonly bytes: Buffer | undefined } | { readonly problem: FileProblem } {
  try {
    const problem = entryProblem(file, purpose);
    if (problem !== undefined) return { problem };
    const bytes = system.read(file);
    if (bytes === undefined || isUtf8(bytes)) return { bytes };
    return { problem: { fault: 'it is not UTF-8', hint: 'save it as UTF-8, then run this again' } };
  } catch (cause) {
    return { problem: describeError(cause) };
  }
}
