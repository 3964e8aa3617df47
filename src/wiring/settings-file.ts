import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import type { Node } from 'jsonc-parser';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';
import { JsonSyntaxError, parseJson } from './json-edit.ts';
import { hooksFault } from './json-hooks.ts';

const maximumBytes = 5 * 1024 * 1024;
const byteOrderMark = '\uFEFF';

/** A settings file that can be edited safely. */
export interface SettingsFile {
  readonly path: string;
  /** The bytes on the disk; `undefined` where there is no file yet. */
  readonly before: Buffer | undefined;
  /** The same as text, without a byte order mark. */
  readonly text: string;
  /** The bytes of a new text, with the byte order mark the file had. */
  encode(text: string): Buffer;
}

/** The error for a file that we will not edit: nothing of it, or of anything else, has been changed. */
function refuse(runtime: string, file: string, fault: string, hint: string): SnappyError {
  return new SnappyError('refused', `the settings of ${runtime}, ${file}, were left alone: ${fault}`, { hint });
}

// Problems of the entry itself, found before it is read.
function entryFault(file: string): { fault: string; hint: string } | undefined {
  const link = fs.lstatSync(file, { throwIfNoEntry: false });
  if (link === undefined) return undefined;
  const entry = fs.statSync(file, { throwIfNoEntry: false });
  if (entry === undefined) {
    return {
      fault: `it is a link to ${fs.readlinkSync(file)}, which is not there`,
      hint: 'mend or remove the link, then run this again',
    };
  }
  if (!entry.isFile())
    return {
      fault: `it is a ${entry.isDirectory() ? 'folder' : 'special file'}, not a file`,
      hint: 'move it away, then run this again',
    };
  if (entry.size > maximumBytes)
    return { fault: `it has ${entry.size} bytes, more than ${maximumBytes}`, hint: 'is it really a settings file?' };
  if ((entry.mode & 0o222) === 0)
    return { fault: 'it is read-only', hint: `make it writable (chmod u+w), or add the hooks by hand` };
  return undefined;
}

/** `undefined` where there is no entry of this name; other errors are refusals too: what cannot be read is not edited. */
function readBytes(system: System, runtime: string, file: string): Buffer | undefined {
  try {
    const problem = entryFault(file);
    if (problem !== undefined) throw refuse(runtime, file, problem.fault, problem.hint);
    const bytes = system.read(file);
    if (bytes !== undefined) fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
    return bytes;
  } catch (cause) {
    if (cause instanceof SnappyError) throw cause;
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw refuse(runtime, file, fault, 'check who owns it and its permissions, then run this again');
  }
}

/**
 * Reads the settings of a runtime for an edit. Throws `refused` for anything that an edit could damage, or that the
 * runtime itself would drop as a whole: not UTF-8, not strict JSON, a wrong shape of `hooks`, a key given twice,
 * over 5 MB, a folder, a dangling link, read-only.
 */
export function readSettings(system: System, runtime: string, file: string): SettingsFile {
  const before = readBytes(system, runtime, file);
  if (before === undefined) return { path: file, before, text: '{}\n', encode: (text) => Buffer.from(text) };
  if (!isUtf8(before)) throw refuse(runtime, file, 'it is not UTF-8', 'save it as UTF-8, then run this again');
  const whole = before.toString('utf8');
  const mark = whole.startsWith(byteOrderMark) ? byteOrderMark : '';
  const text = whole.slice(mark.length);
  let root: Node;
  try {
    root = parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    throw refuse(
      runtime,
      file,
      `it does not parse as JSON: ${cause.message}`,
      `${runtime} ignores such a file as a whole; mend it, then run this again`,
    );
  }
  const fault = hooksFault(root);
  if (fault !== undefined) throw refuse(runtime, file, fault, 'mend it, then run this again');
  return { path: file, before, text, encode: (next) => Buffer.from(`${mark}${next}`) };
}
