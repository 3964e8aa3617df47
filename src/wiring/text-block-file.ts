import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';
import { readEditable, type FilePurpose } from './editable-file.ts';

/** A text file that can be edited safely, or that is not there and can be made. */
export interface TextFile {
  /** The bytes on the disk; `undefined` where there is no file. */
  readonly before: Buffer | undefined;
  /** The same as text, a byte order mark included; `undefined` where there is no file. */
  readonly text: string | undefined;
}

/** Reads a text file, for an edit if not told otherwise. Throws `refused` for every problem that `readEditable` finds. */
export function readTextFile(system: System, file: string, purpose: FilePurpose = 'edit'): TextFile {
  const found = readEditable(system, file, purpose);
  if ('problem' in found) {
    const { fault, hint } = found.problem;
    throw new SnappyError('refused', `${file} was left alone: ${fault}`, { hint });
  }
  return { before: found.bytes, text: found.bytes?.toString('utf8') };
}
