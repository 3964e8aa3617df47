import type { SeenFolder } from './scan-folders.ts';

/** A file as it was when it was last read here: while these agree, its content is not read again. */
export interface SeenFile {
  readonly size: number;
  /** Milliseconds, with fractions. */
  readonly mtime: number;
  readonly ctime: number;
  readonly ino: number;
  readonly exec: boolean;
  readonly sha256: string;
}

/** Thrown where a text is none of ours. */
export class Damaged extends Error {}

/** What a look has found, file by file and folder by folder. */
export interface Look {
  readonly seen: ReadonlyMap<string, SeenFile>;
  readonly folders?: ReadonlyMap<string, SeenFolder> | undefined;
}

const [ofFile, ofFolder] = [4, 3];

/**
 * A first line with all numbers as they are in memory, in base64: four of each file, three of each folder. To write and read
 * thousands of them as digits takes longer than all the rest of it. Then a line for each file, `<sha256> <x|-> <path>`, and one
 * for each folder, `<w|-> <path>`.
 */
export function formatLook({ seen, folders = new Map() }: Look): string {
  const numbers = new Float64Array(seen.size * ofFile + folders.size * ofFolder);
  let at = 0;
  let text = '';
  for (const [file, { size, ino, mtime, ctime, exec, sha256 }] of seen) {
    numbers.set([size, ino, mtime, ctime], at);
    at += ofFile;
    text += `${sha256} ${exec ? 'x' : '-'} ${file}\n`;
  }
  for (const [folder, { ino, mtime, ctime, whole }] of folders) {
    numbers.set([ino, mtime, ctime], at);
    at += ofFolder;
    text += `${whole ? 'w' : '-'} ${folder}\n`;
  }
  return `${Buffer.from(numbers.buffer).toString('base64')}\n${text}`;
}

function readNumbers(base64: string, count: number): Float64Array {
  // A copy, which begins where numbers may.
  const { buffer, length } = Uint8Array.from(Buffer.from(base64, 'base64'));
  if (length !== count * Float64Array.BYTES_PER_ELEMENT) throw new Damaged();
  const numbers = new Float64Array(buffer);
  if (!numbers.every((value) => value >= 0)) throw new Damaged();
  return numbers;
}

/** How many there are of each; folders may not have been looked at. */
export interface LookSize {
  readonly seen: number;
  readonly folders?: number | undefined;
}

/** Reads what `formatLook` wrote, from `start` to the end of a text. Throws `Damaged` for anything else. */
export function readLook(text: string, start: number, size: LookSize): Look {
  const end = text.indexOf('\n', start);
  if (end === -1) throw new Damaged();
  const numbers = readNumbers(text.slice(start, end), size.seen * ofFile + (size.folders ?? 0) * ofFolder);
  let from = end + 1;
  const restOfLine = (skip: number): string => {
    const lineEnd = text.indexOf('\n', from + skip);
    if (lineEnd === -1) throw new Damaged();
    const rest = text.slice(from + skip, lineEnd);
    from = lineEnd + 1;
    return rest;
  };
  let at = 0;
  const next = (): number => numbers[at++] ?? 0;
  const seen = new Map<string, SeenFile>();
  for (let n = 0; n < size.seen; n += 1) {
    const sha256 = text.slice(from, from + 64);
    const exec = text[from + 65] === 'x';
    const [bytes, ino, mtime, ctime] = [next(), next(), next(), next()];
    seen.set(restOfLine(67), { size: bytes, mtime, ctime, ino, exec, sha256 });
  }
  const folders = size.folders === undefined ? undefined : new Map<string, SeenFolder>();
  for (let n = 0; n < (size.folders ?? 0); n += 1) {
    const whole = text[from] === 'w';
    const [ino, mtime, ctime] = [next(), next(), next()];
    folders?.set(restOfLine(2), { mtime, ctime, ino, whole });
  }
  if (from !== text.length || seen.size !== size.seen || folders?.size !== size.folders) throw new Damaged();
  return { seen, folders };
}
