import { LazyMap } from './lazy-map.ts';
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

/** What of a seen file the system tells without a look into it. */
export type SeenStat = Omit<SeenFile, 'sha256'>;

/** Thrown where a text is none of ours. */
export class Damaged extends Error {}

/** What a look has found, file by file and folder by folder. */
export interface Look {
  readonly seen: ReadonlyMap<string, SeenFile>;
  readonly folders?: ReadonlyMap<string, SeenFolder> | undefined;
}

/** How many numbers there are of each. */
const [ofFile, ofFolder] = [4, 3];
/** Characters of its line before the path. */
const [beforeFile, beforeFolder] = [67, 2];

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

/** Lines of a text with some numbers to each, found by their place. */
class Rows {
  readonly count: number;
  readonly #text: string;
  readonly #numbers: Float64Array;
  /** Where each line begins, and where the last one ends. */
  readonly #starts: Float64Array;

  /** Throws `Damaged` where the text has fewer lines. */
  constructor(text: string, start: number, numbers: Float64Array, count: number) {
    this.count = count;
    this.#text = text;
    this.#numbers = numbers;
    this.#starts = new Float64Array(count + 1);
    let from = start;
    for (let row = 0; row < count; row += 1) {
      this.#starts[row] = from;
      from = text.indexOf('\n', from) + 1;
      if (from === 0) throw new Damaged();
    }
    this.#starts[count] = from;
  }

  get end(): number {
    return this.#starts[this.count] ?? 0;
  }

  /** A row's characters from one offset to another; else to the end of its line. */
  slice(row: number, from: number, to?: number): string {
    const start = this.#starts[row] ?? 0;
    return this.#text.slice(start + from, to === undefined ? (this.#starts[row + 1] ?? 0) - 1 : start + to);
  }

  number(at: number): number {
    return this.#numbers[at] ?? 0;
  }
}

/** Is given each of many; what is said of one counts until the next one is given. */
type Visit<V> = (path: string, value: V) => void;

/** Files as they were seen, in the order they were written in. */
class SeenFiles extends LazyMap<SeenFile> {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    super(() => {
      const files = new Map<string, SeenFile>();
      let row = 0;
      this.each((file, stat) => files.set(file, { ...stat, sha256: rows.slice(row++, 0, 64) }));
      return files;
    });
    this.#rows = rows;
  }

  each(visit: Visit<SeenStat>): void {
    const rows = this.#rows;
    const stat = { size: 0, ino: 0, mtime: 0, ctime: 0, exec: false };
    for (let row = 0; row < rows.count; row += 1) {
      const at = row * ofFile;
      stat.size = rows.number(at);
      stat.ino = rows.number(at + 1);
      stat.mtime = rows.number(at + 2);
      stat.ctime = rows.number(at + 3);
      stat.exec = rows.slice(row, 65, 66) === 'x';
      visit(rows.slice(row, beforeFile), stat);
    }
  }
}

/** Folders as they were listed. */
class SeenFolders extends LazyMap<SeenFolder> {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    super(() => {
      const folders = new Map<string, SeenFolder>();
      this.each((folder, was) => folders.set(folder, { ...was }));
      return folders;
    });
    this.#rows = rows;
  }

  each(visit: Visit<SeenFolder>): void {
    const rows = this.#rows;
    const was = { ino: 0, mtime: 0, ctime: 0, whole: false };
    for (let row = 0; row < rows.count; row += 1) {
      const at = row * ofFolder;
      was.ino = rows.number(at);
      was.mtime = rows.number(at + 1);
      was.ctime = rows.number(at + 2);
      was.whole = rows.slice(row, 0, 1) === 'w';
      visit(rows.slice(row, beforeFolder), was);
    }
  }
}

function eachOf<V>(all: ReadonlyMap<string, V>, visit: Visit<V>): void {
  for (const [path, value] of all) visit(path, value);
}

/** Goes through seen files in their order; those that were read from a text are no map yet, and need not become one. */
export function eachFile(seen: ReadonlyMap<string, SeenFile>, visit: Visit<SeenStat>): void {
  if (seen instanceof SeenFiles) seen.each(visit);
  else eachOf(seen, visit);
}

/** As `eachFile`, with folders. */
export function eachFolder(folders: ReadonlyMap<string, SeenFolder>, visit: Visit<SeenFolder>): void {
  if (folders instanceof SeenFolders) folders.each(visit);
  else eachOf(folders, visit);
}

function readNumbers(base64: string, count: number): Float64Array {
  // A copy, which begins where numbers may.
  const { buffer, length } = new Uint8Array(Buffer.from(base64, 'base64'));
  if (length !== count * Float64Array.BYTES_PER_ELEMENT) throw new Damaged();
  const numbers = new Float64Array(buffer);
  // No callback for each: there are tens of thousands.
  for (const value of numbers) if (!(value >= 0)) throw new Damaged();
  return numbers;
}

/** How many there are of each; folders may not have been looked at. */
export interface LookSize {
  readonly seen: number;
  readonly folders?: number | undefined;
}

/** Reads what `formatLook` wrote, from `start` to the end of a text. Throws `Damaged` for anything else. */
export function readLook(text: string, start: number, { seen, folders }: LookSize): Look {
  const end = text.indexOf('\n', start);
  if (end === -1) throw new Damaged();
  const numbers = readNumbers(text.slice(start, end), seen * ofFile + (folders ?? 0) * ofFolder);
  const files = new Rows(text, end + 1, numbers.subarray(0, seen * ofFile), seen);
  const listed = new Rows(text, files.end, numbers.subarray(seen * ofFile), folders ?? 0);
  if (listed.end !== text.length) throw new Damaged();
  return { seen: new SeenFiles(files), folders: folders === undefined ? undefined : new SeenFolders(listed) };
}
