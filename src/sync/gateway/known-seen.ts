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

/** A written look, in which each line and the numbers of it are found by their place. */
class Table {
  readonly text: string;
  private readonly numbers: Float64Array;
  /** Where each line begins, and where the last one ends. */
  readonly starts: Float64Array;

  constructor(text: string, start: number, { seen, folders = 0 }: LookSize) {
    const end = text.indexOf('\n', start);
    if (end === -1) throw new Damaged();
    this.text = text;
    this.numbers = readNumbers(text.slice(start, end), seen * ofFile + folders * ofFolder);
    this.starts = new Float64Array(seen + folders + 1);
    let from = end + 1;
    for (let line = 0; line < seen + folders; line += 1) {
      this.starts[line] = from;
      from = text.indexOf('\n', from) + 1;
      if (from === 0) throw new Damaged();
    }
    this.starts[seen + folders] = from;
    if (from !== text.length) throw new Damaged();
  }

  /** What a line has behind its first `skip` characters. */
  rest(line: number, skip: number): string {
    return this.text.slice((this.starts[line] ?? 0) + skip, (this.starts[line + 1] ?? 0) - 1);
  }

  number(at: number): number {
    return this.numbers[at] ?? 0;
  }

  at(line: number, offset: number): string | undefined {
    return this.text[(this.starts[line] ?? 0) + offset];
  }
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

/** Characters of a file's line before its path. */
const beforePath = 67;

/** Is given a file; what is said of it counts until the next one is given. */
type VisitStat = (file: string, stat: SeenStat, line: number) => void;

/** Files as they were seen, in the order they were written in. */
class SeenFiles extends LazyMap<SeenFile> {
  private readonly count: number;
  private readonly table: Table;

  constructor(count: number, table: Table) {
    super(() => {
      const files = new Map<string, SeenFile>();
      this.eachStat((file, stat, line) => {
        const start = table.starts[line] ?? 0;
        files.set(file, { ...stat, sha256: table.text.slice(start, start + 64) });
      });
      return files;
    });
    this.count = count;
    this.table = table;
  }

  /** Goes through all without making the map. */
  eachStat(visit: VisitStat): void {
    const { table } = this;
    const stat = { size: 0, ino: 0, mtime: 0, ctime: 0, exec: false };
    for (let line = 0; line < this.count; line += 1) {
      const at = line * ofFile;
      stat.size = table.number(at);
      stat.ino = table.number(at + 1);
      stat.mtime = table.number(at + 2);
      stat.ctime = table.number(at + 3);
      stat.exec = table.at(line, 65) === 'x';
      visit(table.rest(line, beforePath), stat, line);
    }
  }
}

/** Goes through seen files in their order; those that were read from a text are no map yet, and need not become one. */
export function eachStat(seen: ReadonlyMap<string, SeenFile>, visit: (file: string, stat: SeenStat) => void): void {
  if (seen instanceof SeenFiles) seen.eachStat(visit);
  else for (const [file, stat] of seen) visit(file, stat);
}

/** How many there are of each; folders may not have been looked at. */
export interface LookSize {
  readonly seen: number;
  readonly folders?: number | undefined;
}

/** Reads what `formatLook` wrote, from `start` to the end of a text. Throws `Damaged` for anything else. */
export function readLook(text: string, start: number, size: LookSize): Look {
  const table = new Table(text, start, size);
  const seen = new SeenFiles(size.seen, table);
  if (size.folders === undefined) return { seen, folders: undefined };
  const folders = new Map<string, SeenFolder>();
  for (let n = 0; n < size.folders; n += 1) {
    const line = size.seen + n;
    const at = size.seen * ofFile + n * ofFolder;
    const whole = table.at(line, 0) === 'w';
    folders.set(table.rest(line, 2), {
      ino: table.number(at),
      mtime: table.number(at + 1),
      ctime: table.number(at + 2),
      whole,
    });
  }
  if (folders.size !== size.folders) throw new Damaged();
  return { seen, folders };
}
