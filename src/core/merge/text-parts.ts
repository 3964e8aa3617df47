import { readFrontmatterUnits } from './frontmatter-units.ts';
import { readMarkdownUnits } from './markdown-units.ts';
import type { MergedUnit } from './merge-units.ts';
import type { Unit } from './units.ts';

/** A Markdown text, taken apart into units of the form `T`. */
export interface TextParts<T> {
  readonly lineEnd: string;
  /** `undefined` where there is no frontmatter. */
  readonly frontmatter: readonly T[] | undefined;
  /** Blank lines above the body. */
  readonly lead: number;
  readonly body: readonly T[];
  /** The line ends after the last unit; `undefined` where there is no text to say so. */
  readonly tail: number | undefined;
}

/** Takes a text apart. */
export function takeApart(text: string): TextParts<Unit> {
  const ends = text.match(/\r?\n/g) ?? [];
  const isWindows = ends.filter((end) => end === '\r\n').length * 2 > ends.length;
  const lines = text.split(/\r?\n/);
  const close = lines[0]?.trimEnd() === '---' ? lines.findIndex((line, at) => at > 0 && line.trimEnd() === '---') : -1;
  const body = lines.slice(close + 1);
  const first = body.findIndex((line) => line.trim() !== '');
  const last = body.findLastIndex((line) => line.trim() !== '');
  return {
    lineEnd: isWindows ? '\r\n' : '\n',
    frontmatter: close === -1 ? undefined : readFrontmatterUnits(lines.slice(1, close)),
    lead: first === -1 ? 0 : first,
    body: readMarkdownUnits(body),
    tail: text === '' ? undefined : first === -1 ? body.length - (close === -1 ? 1 : 0) : body.length - 1 - last,
  };
}

function toLines(units: readonly MergedUnit[]): string[] {
  return units.flatMap(({ unit, before, number }) => {
    const [first = '', ...rest] = unit.lines;
    const head = number === undefined ? first : first.replace(/^ */, (blanks) => `${blanks}${number}`);
    return [...Array<string>(before).fill(''), head, ...rest];
  });
}

/** Counts numbered items anew where items came or went; a list that has one number throughout keeps it. */
function renumber(units: readonly MergedUnit[]): MergedUnit[] {
  const result = [...units];
  const lists: number[][] = [];
  const open: { readonly rank: number; readonly list: number[] }[] = [];
  for (const [at, { unit, number }] of units.entries()) {
    // A list goes on over what is nested in it, and over code and tables between its items.
    while ((open.at(-1)?.rank ?? Number.POSITIVE_INFINITY) < unit.rank) open.pop();
    if (unit.kind !== 'item') continue;
    const last = open.at(-1);
    if (last?.rank === unit.rank && number !== undefined) last.list.push(at);
    else {
      if (last?.rank === unit.rank) open.pop();
      const list = number === undefined ? [] : [at];
      lists.push(list);
      open.push({ rank: unit.rank, list });
    }
  }
  for (const list of lists) {
    const numbers = list.map((at) => units[at]?.number ?? 0);
    const [first = 1] = numbers;
    if (numbers.every((number) => number === first)) continue;
    for (const [index, at] of list.entries()) {
      const placed = units[at];
      if (placed !== undefined) result[at] = { ...placed, number: first + index };
    }
  }
  return result;
}

/** The text of merged units. Of a text that was taken apart it makes the same one, but for blanks on blank lines and mixed line ends. */
export function putTogether({ lineEnd, frontmatter, lead, body, tail }: TextParts<MergedUnit>): string {
  const lines = [
    ...(frontmatter === undefined ? [] : ['---', ...toLines(frontmatter), '---']),
    ...Array<string>(body.length === 0 ? 0 : lead).fill(''),
    ...toLines(renumber(body)),
    ...Array<string>(tail ?? 0).fill(''),
  ];
  return lines.join(lineEnd);
}
