import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';
import { jsonFault, type Recognise } from './json-wiring.ts';
import { JsonSyntaxError, parseJson } from './json-tree.ts';
import { tomlFault } from './toml-block.ts';
import type { JsonDialect, JsonWanted } from './wanted.ts';

const maximumBytes = 5 * 1024 * 1024;
const byteOrderMark = '\uFEFF';

/** A settings file and what is to go into it. */
export type SettingsTarget =
  | {
      readonly kind: 'json';
      readonly file: string;
      readonly dialect: JsonDialect;
      /** What a file that is not there yet begins with; default `{}`. */
      readonly start?: string;
      readonly wanted: JsonWanted;
    }
  | { readonly kind: 'toml'; readonly file: string };

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

interface Problem {
  readonly fault: string;
  readonly hint: string;
}

const dialectNames: Readonly<Record<JsonDialect, string>> = {
  json: 'JSON',
  jsonc: 'JSON with comments',
  json5: 'JSON5',
};
const permissions = 'check who owns it and its permissions, then run this again';

/** The error for a file that we will not edit: nothing of it, or of anything else, has been changed. */
function refuse(runtime: string, file: string, { fault, hint }: Problem): SnappyError {
  return new SnappyError('refused', `the settings of ${runtime}, ${file}, were left alone: ${fault}`, { hint });
}

function errorText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
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

/** Problems of the entry itself, found before it is read: a pipe, say, would never end. */
function entryProblem(file: string): Problem | undefined {
  const link = fs.lstatSync(file, { throwIfNoEntry: false });
  if (link === undefined) return parentProblem(path.dirname(file));
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
  return ownerProblem(file, entry);
}

function ownerProblem(file: string, entry: fs.Stats): Problem | undefined {
  // The superuser may write to it all the same; who made it read-only did not want that.
  if ((entry.mode & 0o222) === 0)
    return { fault: 'it is read-only', hint: 'make it writable (chmod u+w), or add the hooks by hand' };
  const user = process.getuid?.();
  // A file is replaced as a whole, and only the superuser can give the new one to its owner.
  if (user !== undefined && user !== 0 && user !== entry.uid)
    return { fault: `it belongs to another user (${entry.uid})`, hint: permissions };
  fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
  fs.accessSync(path.dirname(fs.realpathSync(file)), fs.constants.W_OK);
  return undefined;
}

/** `undefined` where there is no entry of this name; other errors are refusals too: what cannot be read is not edited. */
function readBytes(system: System, runtime: string, file: string): Buffer | undefined {
  try {
    const problem = entryProblem(file);
    if (problem !== undefined) throw refuse(runtime, file, problem);
    return system.read(file);
  } catch (cause) {
    if (cause instanceof SnappyError) throw cause;
    throw refuse(runtime, file, { fault: errorText(cause), hint: permissions });
  }
}

/** What is wrong with the text of a settings file, or `undefined`. */
function textProblem(
  runtime: string,
  text: string,
  target: SettingsTarget,
  isOurs: Recognise | undefined,
): Problem | undefined {
  const hint = 'mend it, then run this again';
  const parsing = `${runtime} ignores such a file as a whole; ${hint}`;
  if (target.kind === 'toml') {
    const fault = tomlFault(text);
    return fault === undefined ? undefined : { fault: `it does not parse as TOML: ${fault}`, hint: parsing };
  }
  try {
    const fault = jsonFault(parseJson(text, target.dialect).root, target.wanted, isOurs);
    return fault === undefined ? undefined : { fault, hint };
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    const fault = `it does not parse as ${dialectNames[target.dialect]}: ${cause.message}`;
    return { fault, hint: parsing };
  }
}

/**
 * Reads the settings of a runtime for an edit. Throws `refused` for anything that an edit could damage, or that the
 * runtime itself would drop as a whole: not UTF-8, a text that does not parse, a wrong shape of what ours goes into, a
 * key given twice, over 5 MB, a folder or special file, a dangling or looping link, read-only, another user's. A link
 * to a file is followed, and kept when `System.write` writes. `isOurs` tells hooks of ours of an older form, whose
 * shape is no fault.
 */
export function readSettings(
  system: System,
  runtime: string,
  target: SettingsTarget,
  isOurs?: Recognise,
): SettingsFile {
  const { file } = target;
  const before = readBytes(system, runtime, file);
  if (before === undefined) {
    const text = target.kind === 'toml' ? '' : (target.start ?? '{}\n');
    return { path: file, before, text, encode: (next) => Buffer.from(next) };
  }
  if (!isUtf8(before))
    throw refuse(runtime, file, { fault: 'it is not UTF-8', hint: 'save it as UTF-8, then run this again' });
  const whole = before.toString('utf8');
  const mark = whole.startsWith(byteOrderMark) ? byteOrderMark : '';
  const text = whole.slice(mark.length);
  const problem = textProblem(runtime, text, target, isOurs);
  if (problem !== undefined) throw refuse(runtime, file, problem);
  return { path: file, before, text, encode: (next) => Buffer.from(`${mark}${next}`) };
}
