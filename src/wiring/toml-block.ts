import { isDeepStrictEqual } from 'node:util';
import { headerPath, lineOfTable, readToml, tomlFault, tomlHolds } from './toml-text.ts';

export { tomlFault } from './toml-text.ts';

// The first mark also says which tables are ours.
const opening = /^# >>> snappy-os: (\[.*\]) is set/;
const closing = '# <<< snappy-os';

/** The marked stretch of a file, and what others have written into it. */
interface Region {
  /** All before the first mark, and before the empty line that was put there with it. */
  readonly before: string;
  /** Our tables as they stand. */
  readonly ours: string;
  /** Tables between the marks that are not ours. */
  readonly foreign: string;
  readonly after: string;
}

/** The lines of a text, each with its line end. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The table headers of a block, as they stand in it. */
const headersOf = (block: string): string[] =>
  linesOf(block)
    .map((line) => line.trim())
    .filter((line) => headerPath(line) !== undefined);

/**
 * How many of the lines between the marks are ours. A writer such as Codex's keeps a comment at the end of a file at
 * its end, so a table it adds comes to stand before our last mark: which tables are ours is said by the first one.
 * Comments above a foreign header are that table's.
 */
function countOurs(lines: readonly string[], tables: string): number {
  const ours = (tables.match(/\[+[^\]]*\]+/g) ?? []).map(headerPath);
  const isForeign = (line: string): boolean => {
    const table = headerPath(line);
    return table !== undefined && !ours.some((one) => isDeepStrictEqual(one, table));
  };
  const foreign = lines.findIndex(isForeign);
  if (foreign < 0) return lines.length;
  return lines.slice(0, foreign).findLastIndex((line) => !/^(#.*)?$/.test(line.trim())) + 1;
}

/** Where our first mark stands. The same line within a string over several lines is none: what is above it is no TOML. */
const findMark = (lines: readonly string[]): number =>
  lines.findLastIndex((line, at) => opening.test(line) && tomlFault(lines.slice(0, at).join('')) === undefined);

function findRegion(text: string): Region | undefined {
  const lines = linesOf(text);
  const start = findMark(lines);
  const tables = opening.exec(lines[start] ?? '')?.[1];
  if (tables === undefined) return undefined;
  const close = lines.findIndex((line, at) => at > start && line.startsWith(closing));
  const inside = lines.slice(start + 1, close < 0 ? undefined : close);
  const count = countOurs(inside, tables);
  const ours = inside.slice(0, count).join('');
  const foreign = inside.slice(count).join('');
  const after = close < 0 ? '' : lines.slice(close + 1).join('');
  // The empty line that keeps the block apart from what stands above it.
  const apart = start > 0 && /^\r?\n$/.test(lines[start - 1] ?? '');
  const before = lines.slice(0, apart ? start - 1 : start).join('');
  // A last mark without a line end stands for a file that had none.
  const bare = foreign === '' && after === '' && lines[close]?.endsWith('\n') === false;
  return { before: bare ? before.replace(/\r?\n$/, '') : before, ours, foreign, after };
}

function requireTables(block: string): string[] {
  const [first = ''] = linesOf(block);
  // Without a header of its own it would fall into whatever table comes last in the file.
  if (headerPath(first) === undefined) throw new Error(`a block has to begin with a table: ${first}`);
  return headersOf(block);
}

function holdsAlready(text: string, block: string): boolean {
  return tomlHolds(readToml(text), readToml(block));
}

/** A TOML text without our block: byte for byte the one that `putTomlBlock` was given, and what others added since. */
export function takeTomlBlock(text: string): string {
  const region = findRegion(text);
  return region === undefined ? text : region.before + region.foreign + region.after;
}

/**
 * A TOML text with `block` (tables, each with its header) between two marks at its end, or in the place of our block of
 * an older form. The text must parse. Where it says all that the block does by itself, no block is added.
 */
export function putTomlBlock(text: string, block: string): string {
  const tables = requireTables(block);
  const bare = takeTomlBlock(text);
  if (holdsAlready(bare, block)) return bare;
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const lines = `${block.trimEnd()}\n`.replaceAll('\n', eol);
  const region = findRegion(text) ?? { before: text, ours: '', foreign: '', after: '' };
  if (region.ours === lines) return text;
  const { before, foreign, after } = region;
  const mark = `# >>> snappy-os: ${tables.join(' ')} is set by snappy install; edit outside of these marks`;
  const ended = before === '' || before.endsWith('\n');
  const rest = foreign + after;
  const gap = before === '' ? '' : `${ended ? '' : eol}${eol}`;
  return `${before}${gap}${mark}${eol}${lines}${closing}${ended || rest !== '' ? eol : ''}${rest}`;
}

/**
 * Why the block cannot be added to a text that parses, and what to do by hand; `undefined` where it can, or where it
 * need not be: TOML lets a table be written once, so one of the user's cannot be added to from the end of the file.
 */
export function tomlConflict(text: string, block: string): string | undefined {
  const bare = takeTomlBlock(text);
  if (holdsAlready(bare, block) || tomlFault(`${bare}\n${block}`) === undefined) return undefined;
  const tables = headersOf(block);
  const blocking = tables.flatMap((table) => {
    const line = lineOfTable(bare, headerPath(table) ?? []);
    return line === undefined ? [] : [{ table, line }];
  })[0];
  const where = blocking === undefined ? 'it' : `line ${blocking.line}`;
  const table = blocking?.table ?? tables[0] ?? '';
  return `${where} has ${table} already, and a file can have it only once: see to it that it holds ${settingsOf(block, table)}`;
}

/** The lines of one table of a block, in one line. */
function settingsOf(block: string, table: string): string {
  const lines = linesOf(block).map((line) => line.trim());
  const start = lines.findIndex((line) => isDeepStrictEqual(line, table)) + 1;
  const length = lines.slice(start).findIndex((line) => headerPath(line) !== undefined);
  return lines.slice(start, length < 0 ? undefined : start + length).join(', ');
}
