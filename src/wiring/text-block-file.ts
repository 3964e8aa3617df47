import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';

const maximumBytes = 5 * 1024 * 1024;

/** A text file that can be edited safely, or that is not there and can be made. */
export interface TextFile {
  /** The bytes on the disk; `undefined` where there is no file. */
  readonly before: Buffer | undefined;
  /** The same as text, a byte order mark included; `undefined` where there is no file. */
  readonly text: string | undefined;
}

interface Problem {
  readonly fault: string;
  readonly hint: string;
}

const permissions = 'check who owns it and its permissions, then run this again';

function entryProblem(file: string, to: 'read' | 'edit'): Problem | undefined {
  const entry = fs.statSync(file, { throwIfNoEntry: false });
  if (entry === undefined) {
    if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return parentProblem(path.dirname(file));
    const fault = `it is a link to ${fs.readlinkSync(file)}, which is not there`;
    return { fault, hint: 'mend or remove the link, then run this again' };
  }
  if (!entry.isFile()) {
    const fault = `it is a ${entry.isDirectory() ? 'folder' : 'special file'}, not a file`;
    return { fault, hint: 'move it away, then run this again' };
  }
  if (entry.size > maximumBytes) {
    const fault = `it has ${entry.size} bytes, more than ${maximumBytes}`;
    return { fault, hint: 'is it really a file of instructions?' };
  }
  if (to === 'read') return undefined;
  // The superuser may write to it all the same; who made it read-only did not want that.
  if ((entry.mode & 0o222) === 0) return { fault: 'it is read-only', hint: 'make it writable: chmod u+w' };
  fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
  return undefined;
}

/** Whether a file could be made: the nearest folder above it that exists is one, and may be written to. */
function parentProblem(dir: string): Problem | undefined {
  const entry = fs.statSync(dir, { throwIfNoEntry: false });
  if (entry === undefined && fs.lstatSync(dir, { throwIfNoEntry: false }) === undefined && dir !== path.dirname(dir))
    return parentProblem(path.dirname(dir));
  if (entry?.isDirectory() !== true)
    return { fault: `${dir} is not a folder`, hint: 'move it away, then run this again' };
  fs.accessSync(dir, fs.constants.W_OK);
  return undefined;
}

function refuse(file: string, { fault, hint }: Problem): SnappyError {
  return new SnappyError('refused', `${file} was left alone: ${fault}`, { hint });
}

/**
 * Reads a text file, for an edit if not told otherwise; a link is read through. Throws `refused` for what an edit could damage or could not
 * write: not UTF-8, over 5 MB, a folder, a dangling link or a loop of links, read-only, no permission, a file where a
 * folder above it would have to be.
 */
export function readTextFile(system: System, file: string, to: 'read' | 'edit' = 'edit'): TextFile {
  let before: Buffer | undefined;
  try {
    const problem = entryProblem(file, to);
    if (problem !== undefined) throw refuse(file, problem);
    before = system.read(file);
  } catch (cause) {
    if (cause instanceof SnappyError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    // A file in the place of a folder above: Node says so of the stat already.
    if (code === 'ENOTDIR')
      throw refuse(file, { fault: 'a folder above it is a file', hint: 'move that file away, then run this again' });
    if (code === 'ELOOP')
      throw refuse(file, {
        fault: 'it is a link that leads in a circle',
        hint: 'mend or remove the link, then run this again',
      });
    throw refuse(file, { fault: cause instanceof Error ? cause.message : String(cause), hint: permissions });
  }
  if (before === undefined) return { before, text: undefined };
  if (!isUtf8(before)) throw refuse(file, { fault: 'it is not UTF-8', hint: 'save it as UTF-8, then run this again' });
  return { before, text: before.toString('utf8') };
}
