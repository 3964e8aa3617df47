import { isDeepStrictEqual } from 'node:util';
import { linesOf, tomlStatements, type TomlStatement } from './toml-statements.ts';
import { headerPath, tomlFault } from './toml-text.ts';

// The first mark also says which tables are ours, and which keys in them.
const opening = /^# >>> snappy-os: (\[.*) is set/;
/** The line that ends our block. */
export const closing = '# <<< snappy-os';

/** A table of ours: the header as it is written, and the keys that we set in it. */
export interface OurTable {
  readonly header: string;
  readonly path: readonly string[];
  readonly keys: readonly string[];
}

/** What others have written between our marks, in the order of the file. */
export interface Kept {
  /** The table of ours whose lines these are; absent for text that stands by itself. */
  readonly within?: OurTable | undefined;
  readonly text: string;
  /** Whether it says anything but comments, and so needs its header. */
  readonly sets: boolean;
}

/** The marked stretch of a file, and what others have written into it. */
export interface Region {
  /** All before the first mark, and before the empty line that was put there with it. */
  readonly before: string;
  /** That empty line; '' where there is none. */
  readonly gap: string;
  /** The first mark, with its line end. */
  readonly mark: string;
  /** Our tables as they stand, without what others have added. */
  readonly ours: string;
  readonly kept: readonly Kept[];
  readonly after: string;
}

/** The first mark of a block of these tables. */
export function markOf(tables: readonly OurTable[]): string {
  const names = tables.map(({ header, keys }) => [header, keys.join(', ')].join(' ').trim());
  return `# >>> snappy-os: ${names.join(', ')} is set by snappy install; edit outside of these marks`;
}

/** The tables that a mark names. */
function tablesOf(names: string): OurTable[] {
  const named = names.matchAll(/(\[+(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*\]+)([^[]*)/g);
  return [...named].flatMap(([, header = '', keys = '']) => {
    const path = headerPath(header);
    return path === undefined ? [] : [{ header, path, keys: keys.split(/[\s,]+/).filter((key) => key !== '') }];
  });
}

/** Where our first mark stands. The same line within a string over several lines is none: what is above it is no TOML. */
const findMark = (lines: readonly string[]): number =>
  lines.findLastIndex((line, at) => opening.test(line) && tomlFault(lines.slice(0, at).join('')) === undefined);

/** What stands between the marks; `above` is what others have put above the first header there. */
interface Parts extends Pick<Region, 'ours' | 'kept'> {
  readonly above: string;
}

/** Parts what stands between the marks into what is ours and what is not, statement by statement. */
function part(tables: readonly OurTable[], statements: readonly TomlStatement[]): Parts {
  let above = '';
  let ours = '';
  const kept: { within?: Kept['within']; text: string; sets: boolean }[] = [];
  /** The table of ours that we are in, `undefined` in one of others, `'top'` above the first header. */
  let table: OurTable | 'top' | undefined = 'top';
  const keep = (text: string, sets: boolean): void => {
    const within = typeof table === 'object' ? table : undefined;
    const last = kept.at(-1);
    if (last === undefined || last.within !== within) kept.push({ within, text, sets });
    else kept.splice(-1, 1, { within, text: last.text + text, sets: last.sets || sets });
  };
  for (const [at, statement] of statements.entries()) {
    const next = statements[at + 1];
    if (statement.kind === 'header') table = tableOf(tables, statement.path);
    // Empty lines and comments go with what they stand above.
    else if (statement.kind === 'space' && next?.kind === 'header' && tableOf(tables, next.path) === undefined)
      table = undefined;
    const leads = statement.kind === 'space' && next?.kind === 'key' && !isOurs(tables, table, next);
    if (!leads && isOurs(tables, table, statement)) ours += statement.text;
    else if (table === 'top') above += statement.text;
    else keep(statement.text, statement.kind !== 'space');
  }
  return { above, ours, kept };
}

function tableOf(tables: readonly OurTable[], path: readonly string[]): OurTable | undefined {
  return tables.find((table) => isDeepStrictEqual(table.path, path));
}

function isOurs(tables: readonly OurTable[], table: OurTable | 'top' | undefined, statement: TomlStatement): boolean {
  if (table === undefined) return false;
  if (statement.kind === 'header') return true;
  // We write no comments.
  if (statement.kind === 'space') return !statement.text.includes('#');
  if (table === 'top') return tables.some(({ keys }) => keys.includes(statement.name));
  // A mark of an older form names no keys.
  return table.keys.length === 0 || table.keys.includes(statement.name);
}

/** What follows our block and still sets keys of the table above it. */
function keysBelow(after: string): TomlStatement[] {
  const statements = tomlStatements(after);
  const header = statements.findIndex(({ kind }) => kind === 'header');
  const above = statements.slice(0, header < 0 ? undefined : header);
  return above.slice(0, above.findLastIndex(({ kind }) => kind === 'key') + 1);
}

const textOf = (statements: readonly TomlStatement[]): string => statements.map(({ text }) => text).join('');

/**
 * The stretch between our marks. A writer such as Codex's keeps a comment at the end of a file at its end, so a table or
 * key it adds comes to stand before our last mark: what is ours is said by the first one.
 */
export function findRegion(text: string): Region | undefined {
  const lines = linesOf(text);
  const start = findMark(lines);
  const mark = lines[start] ?? '';
  const names = opening.exec(mark)?.[1];
  if (names === undefined) return undefined;
  const close = lines.findIndex((line, at) => at > start && line.startsWith(closing));
  const tables = tablesOf(names);
  const inside = tomlStatements(lines.slice(start + 1, close < 0 ? undefined : close).join(''));
  const rest = close < 0 ? '' : lines.slice(close + 1).join('');
  const last = inside.findLast((one) => one.kind === 'header');
  const below = last !== undefined && tableOf(tables, last.path) !== undefined ? keysBelow(rest) : [];
  const { above, ours, kept } = part(tables, [...inside, ...below]);
  const after = rest.slice(textOf(below).length);
  // Keys above the first header are in the table that ends at our mark.
  const apart = start > 0 && above === '' && /^\r?\n$/.test(lines[start - 1] ?? '');
  const before = lines.slice(0, apart ? start - 1 : start).join('') + above;
  // A last mark without a line end stands for a file that had none.
  const bare = above === '' && kept.length === 0 && after === '' && lines[close]?.endsWith('\n') === false;
  return {
    before: bare ? before.replace(/\r?\n$/, '') : before,
    gap: apart ? (lines[start - 1] ?? '') : '',
    mark,
    ours,
    kept,
    after,
  };
}
