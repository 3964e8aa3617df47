import { finishUnits } from './units.ts';
import type { Draft, Unit } from './units.ts';

const fenceStart = /^( *)(`{3,}(?=[^`]*$)|~{3,})/;
const headingStart = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const itemStart = /^( *)(?:[-*+]|(\d{1,9})([.)]))(?:[ \t]+|$)/;
const breakLine = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const underline = /^ {0,3}(=+|-+)[ \t]*$/;
const commentStart = /^ {0,3}<!--/;
const delimiterRow = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

const rowRank = 5;
const tableRank = 8;
const codeRank = 10;
const itemRank = 40;
const commentRank = 42;
const paragraphRank = 50;
const breakRank = 60;
const sectionRank = 100;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isBlank(line: string | undefined): boolean {
  return line !== undefined && line.trim() === '';
}

/** Reads lines one unit at a time; each `read…` takes the lines of one from `at` on and returns where it ends. */
class Reader {
  readonly drafts: Draft[] = [];
  private readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  read(): void {
    let at = 0;
    let blanks = 0;
    let inTable = false;
    while (at < this.lines.length) {
      if (isBlank(this.lines[at])) {
        at++;
        blanks++;
        inTable = false;
        continue;
      }
      const end = this.readUnit(at, inTable, this.drafts.length === 0 ? undefined : blanks);
      const kind = this.drafts.at(-1)?.kind;
      inTable = kind === 'table' || kind === 'row';
      at = end;
      blanks = 0;
    }
  }

  private add(draft: Omit<Draft, 'lines'>, from: number, end: number): number {
    this.drafts.push({ ...draft, lines: this.lines.slice(from, end) });
    return end;
  }

  private readUnit(at: number, inTable: boolean, before: number | undefined): number {
    const line = this.lines[at] ?? '';
    const heading = headingStart.exec(line)?.[1];
    if (heading !== undefined)
      return this.add({ kind: 'heading', rank: sectionRank - heading.length, before }, at, at + 1);
    if (fenceStart.test(line)) return this.add({ kind: 'code', rank: codeRank, before }, at, this.endOfFence(at, -1));
    if (breakLine.test(line)) return this.add({ kind: 'break', rank: breakRank, before }, at, at + 1);
    if (commentStart.test(line))
      return this.add({ kind: 'comment', rank: commentRank, before }, at, this.endOfComment(at));
    if (itemStart.test(line)) return this.readItem(at, before);
    if (inTable) return this.add({ kind: 'row', rank: rowRank, before }, at, at + 1);
    if (this.startsTable(at)) return this.add({ kind: 'table', rank: tableRank, before }, at, at + 2);
    return this.readParagraph(at, before);
  }

  /** The line after the fence that closes the one at `from`; one that lies in an item ends with the item. */
  private endOfFence(from: number, itemIndent: number): number {
    const mark = fenceStart.exec(this.lines[from] ?? '')?.[2] ?? '';
    for (let at = from + 1; at < this.lines.length; at++) {
      const line = this.lines[at] ?? '';
      if (itemIndent >= 0 && !isBlank(line) && indentOf(line) <= itemIndent) return at;
      const closing = fenceStart.exec(line)?.[2];
      if (closing?.startsWith(mark) === true && line.trim() === closing) return at + 1;
    }
    return this.lines.length;
  }

  private endOfComment(from: number): number {
    const end = this.lines.findIndex((line, at) => at >= from && line.includes('-->'));
    return end === -1 ? from + 1 : end + 1;
  }

  private startsTable(at: number): boolean {
    const line = this.lines[at] ?? '';
    const next = this.lines[at + 1] ?? '';
    return line.includes('|') && next.includes('-') && next.includes('|') && delimiterRow.test(next);
  }

  /** Whether the line begins something that no paragraph goes on over (CommonMark 4.8, 5.3). */
  private interrupts(at: number): boolean {
    const line = this.lines[at] ?? '';
    return (
      headingStart.test(line) ||
      fenceStart.test(line) ||
      breakLine.test(line) ||
      commentStart.test(line) ||
      itemStart.test(line) ||
      this.startsTable(at)
    );
  }

  private readItem(from: number, before: number | undefined): number {
    const first = this.lines[from] ?? '';
    const [, blanks = '', digits, delimiter = ''] = itemStart.exec(first) ?? [];
    const indent = blanks.length;
    let end = from + 1;
    while (end < this.lines.length) {
      let next = end;
      while (isBlank(this.lines[next])) next++;
      const line = this.lines[next];
      if (line === undefined || itemStart.test(line)) break;
      const inside = indentOf(line) > indent;
      // Without an indent only a paragraph's text goes on, and only with no blank line between (CommonMark 5.2, laziness).
      if (!inside && (next > end || this.interrupts(next))) break;
      end = inside && fenceStart.test(line) ? this.endOfFence(next, indent) : next + 1;
    }
    // A nested item belongs to the one it is indented below.
    const rank = itemRank - Math.min(indent, itemRank - codeRank - 1);
    if (digits === undefined) return this.add({ kind: 'item', rank, before }, from, end);
    const rest = this.lines.slice(from + 1, end);
    const head = blanks + delimiter + first.slice(indent + digits.length + delimiter.length);
    this.drafts.push({ kind: 'item', rank, before, number: Number(digits), lines: [head, ...rest] });
    return end;
  }

  private readParagraph(from: number, before: number | undefined): number {
    let end = from + 1;
    while (end < this.lines.length && !isBlank(this.lines[end])) {
      const mark = underline.exec(this.lines[end] ?? '')?.[1];
      if (mark !== undefined) {
        const rank = sectionRank - (mark.startsWith('=') ? 1 : 2);
        return this.add({ kind: 'heading', rank, before }, from, end + 1);
      }
      if (this.interrupts(end)) break;
      end++;
    }
    return this.add({ kind: 'paragraph', rank: paragraphRank, before }, from, end);
  }
}

/** Takes the body of a Markdown text apart. Nothing but blank lines lies between two units. */
export function readMarkdownUnits(lines: readonly string[]): Unit[] {
  const reader = new Reader(lines);
  reader.read();
  return finishUnits(reader.drafts);
}

/** The lines of a code block as units, the fences too. */
export function readCodeUnits(lines: readonly string[]): Unit[] {
  const drafts: Draft[] = [];
  let blanks = 0;
  for (const line of lines) {
    if (isBlank(line)) blanks++;
    else {
      drafts.push({ kind: 'part', lines: [line], rank: 0, before: drafts.length === 0 ? undefined : blanks });
      blanks = 0;
    }
  }
  return finishUnits(drafts);
}

/** Whether what follows would become part of what stands above it, were there no blank line between the two. */
export function needsBlank(above: Unit, below: Unit): boolean {
  const text = ['paragraph', 'item', 'table', 'row'].includes(above.kind);
  switch (below.kind) {
    case 'paragraph':
    case 'table':
    case 'break':
      return text;
    case 'heading':
      // An underlined heading is a paragraph until its second line.
      return text && below.lines.length > 1;
    case 'item':
      return above.kind === 'paragraph' && below.number !== undefined;
    case 'code':
    case 'comment':
    case 'row':
    case 'entry':
    case 'value':
    case 'part':
      return false;
  }
}
