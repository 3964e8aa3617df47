import { isDeepStrictEqual } from 'node:util';
import { closing, findRegion, markOf, type OurTable, type Region } from './toml-region.ts';
import { tomlStatements } from './toml-statements.ts';
import { lineOfTable, readToml, tomlFault, tomlHolds } from './toml-text.ts';

export { tomlFault } from './toml-text.ts';

/** One table of a block, with its text: header and keys. */
interface BlockTable extends OurTable {
  readonly text: string;
}

function tablesOf(block: string): BlockTable[] {
  const tables: BlockTable[] = [];
  for (const statement of tomlStatements(`${block.trimEnd()}\n`)) {
    const last = tables.at(-1);
    if (statement.kind === 'header')
      tables.push({ header: statement.text.trim(), path: statement.path, keys: [], text: statement.text });
    // Without a header of its own it would fall into whatever table comes last in the file.
    else if (last === undefined) throw new Error(`a block has to begin with a table: ${statement.text.trimEnd()}`);
    else {
      const keys = statement.kind === 'key' ? [...last.keys, statement.name] : last.keys;
      tables.splice(-1, 1, { ...last, keys, text: last.text + statement.text });
    }
  }
  return tables;
}

const isSame = (one: OurTable | undefined, other: OurTable): boolean =>
  one !== undefined && isDeepStrictEqual(one.path, other.path);

const ended = (text: string, eol: string): string => (text === '' || text.endsWith('\n') ? text : text + eol);

/** The text with these tables as our block; with none, the text without a block. What others have written stays. */
function withBlock(region: Region, tables: readonly BlockTable[], eol: string): string {
  const { before, gap, kept, after } = region;
  const isInside = (one: OurTable | undefined): boolean => tables.some((table) => isSame(one, table));
  const outside = kept.filter(({ within }) => !isInside(within));
  const rest =
    outside.map(({ within, text, sets }) => (within && sets ? `${within.header}${eol}${text}` : text)).join('') + after;
  if (tables.length === 0) return before + (outside[0]?.within === undefined ? '' : gap) + rest;
  const inside = tables.map((table) => {
    const added = kept.filter(({ within }) => isSame(within, table)).map(({ text }) => ended(text, eol));
    return table.text.replaceAll('\n', eol) + added.join('');
  });
  const apart = before === '' ? '' : `${ended(before, eol)}${eol}`;
  const last = before === '' || before.endsWith('\n') || rest !== '' ? eol : '';
  return `${apart}${markOf(tables)}${eol}${inside.join('')}${closing}${last}${rest}`;
}

const eolOf = (text: string): string => /\r?\n/.exec(text)?.[0] ?? '\n';

/**
 * A TOML text without our block: byte for byte the one that `putTomlBlock` was given, and what others added since. Keys
 * that they added to a table of ours stay in it, with a header of their own.
 */
export function takeTomlBlock(text: string): string {
  const region = findRegion(text);
  return region === undefined ? text : withBlock(region, [], eolOf(text));
}

/** The tables of a block that can go into a text, and those that cannot. What it says by itself is in neither. */
function fit(text: string, block: string): { region: Region; fitting: BlockTable[]; others: BlockTable[] } {
  const region = findRegion(text) ?? { before: text, gap: '', mark: '', ours: '', kept: [], after: '' };
  const eol = eolOf(text);
  const bare = readToml(withBlock(region, [], eol));
  const fitting: BlockTable[] = [];
  const others: BlockTable[] = [];
  for (const table of tablesOf(block)) {
    if (tomlHolds(bare, readToml(table.text))) continue;
    const fault = tomlFault(withBlock(region, [...fitting, table], eol));
    (fault === undefined ? fitting : others).push(table);
  }
  return { region, fitting, others };
}

/**
 * A TOML text with `block` (tables, each with its header) between two marks at its end, or in the place of our block of
 * an older form. The text must parse, and so does the result: tables that the text has already are left out, for
 * `tomlConflict` to tell of. Where it says all that the block does by itself, no block is added.
 */
export function putTomlBlock(text: string, block: string): string {
  const { region, fitting } = fit(text, block);
  const eol = eolOf(text);
  const lines = fitting.map((table) => table.text.replaceAll('\n', eol)).join('');
  if (fitting.length > 0 && region.ours === lines && region.mark.trimEnd() === markOf(fitting)) return text;
  return withBlock(region, fitting, eol);
}

/**
 * Why tables of the block cannot be added to a text that parses, and what to do by hand; `undefined` where all can, or
 * need not be: TOML lets a table be written once, so one of the user's cannot be added to from the end of the file.
 */
export function tomlConflict(text: string, block: string): string | undefined {
  const { others } = fit(text, block);
  const reasons = others.map((table) => {
    const line = lineOfTable(text, table.path);
    const settings = table.text.split('\n').slice(1).join(', ').replace(/, $/, '');
    const where = line === undefined ? 'it' : `line ${line}`;
    return `${where} has ${table.header} already, and a file can have it only once: see to it that it holds ${settings}`;
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}
