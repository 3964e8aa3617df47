import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';
import { readEditable, type FileProblem } from './editable-file.ts';
import { jsonFault, type Recognise } from './json-wiring.ts';
import { JsonSyntaxError, parseJson } from './json-tree.ts';
import { tomlFault } from './toml-block.ts';
import type { JsonDialect, JsonWanted } from './wanted.ts';

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

const dialectNames: Readonly<Record<JsonDialect, string>> = {
  json: 'JSON',
  jsonc: 'JSON with comments',
  json5: 'JSON5',
};

/** The error for a file that we will not edit: nothing of it, or of anything else, has been changed. */
function refuse(runtime: string, file: string, { fault, hint }: FileProblem): SnappyError {
  return new SnappyError('refused', `the settings of ${runtime}, ${file}, were left alone: ${fault}`, { hint });
}

/** What is wrong with the text of a settings file, or `undefined`. */
function textProblem(
  runtime: string,
  text: string,
  target: SettingsTarget,
  isOurs: Recognise | undefined,
): FileProblem | undefined {
  const hint = 'mend it, then run this again';
  const parsing = `${runtime} drops such a file as a whole, or does not start; ${hint}`;
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
  const found = readEditable(system, file, 'edit');
  if ('problem' in found) throw refuse(runtime, file, found.problem);
  const { bytes: before } = found;
  if (before === undefined) {
    const text = target.kind === 'toml' ? '' : (target.start ?? '{}\n');
    return { path: file, before, text, encode: (next) => Buffer.from(next) };
  }
  const whole = before.toString('utf8');
  const mark = whole.startsWith(byteOrderMark) ? byteOrderMark : '';
  const text = whole.slice(mark.length);
  const problem = textProblem(runtime, text, target, isOurs);
  if (problem !== undefined) throw refuse(runtime, file, problem);
  return { path: file, before, text, encode: (next) => Buffer.from(`${mark}${next}`) };
}
