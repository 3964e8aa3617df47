/**
 * A block of ours in a Markdown file of somebody else's, between two comment lines:
 *
 *     <!-- >>> snappy-os: made from ~/.claude/CLAUDE.md by "snappy install"; edit that file, not this block -->
 *     …
 *     <!-- <<< snappy-os -->
 *
 * All outside the marks is the user's. The last mark also says what stood before the block, so that the file alone is
 * enough to take the block out again to the byte.
 */
export interface TextBlock {
  /** The file its text comes from, as a person is told of it; absent where there is none. */
  readonly origin?: string | undefined;
  /** Lines ended by `\n`; the file's own line ends are used when it is placed. */
  readonly body: string;
}

/** A block as it stands in a file. */
export interface PlacedBlock {
  /** The whole of it with its marks, as it stands there but with `\n` as line ends: what a change is told by. */
  readonly text: string;
  /** Where it is: from the first character of the first mark to behind the line end of the last one. */
  readonly start: number;
  readonly end: number;
  readonly lineEnd: '\n' | '\r\n';
  readonly found: Found;
}

/** What was there when the block was put in. */
type Found = 'lines' | 'no final newline' | 'nothing' | 'no file';

/** Marks of ours that cannot be read as one block: the file has to be left alone. */
export class TextBlockFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TextBlockFault';
  }
}

const byteOrderMark = '\uFEFF';

const lastMarks: Readonly<Record<Found, string>> = {
  lines: '<!-- <<< snappy-os -->',
  'no final newline': '<!-- <<< snappy-os (the line above the block had no newline) -->',
  nothing: '<!-- <<< snappy-os (the file was empty) -->',
  'no file': '<!-- <<< snappy-os (there was no file) -->',
};

/** How many line ends of ours part the text before the block from it. */
const gaps: Readonly<Record<Found, number>> = { lines: 1, 'no final newline': 2, nothing: 0, 'no file': 0 };

// A line that could be taken for a mark: also an indented or damaged one, so that none is passed over.
const markLine = /(?<=^\uFEFF?|\n)[ \t]*<!--[ \t]*(>>>|<<<)[ \t]*snappy-os(?![\w-])[^\n]*/g;
const wholeFirstMark = /^<!-- >>> snappy-os(?::[^\n]*)? -->[ \t]*$/;

function firstMark(origin: string | undefined): string {
  if (origin === undefined) return '<!-- >>> snappy-os: made by "snappy install"; do not edit this block -->';
  // A file's name may hold anything; here it must neither end the line nor the comment.
  const name = origin.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029<>]|--/g, '?');
  return `<!-- >>> snappy-os: made from ${name} by "snappy install"; edit that file, not this block -->`;
}

// One angle less makes of a mark in the content an ordinary comment, which reads the same to a person and a model.
function withoutMarks(body: string): string {
  return body.replaceAll(/(<!--[ \t]*(?:>>|<<))[<>](?=[ \t]*snappy-os)/g, '$1');
}

const lineNumber = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** The block in a text, or `undefined` when there is none. Throws `TextBlockFault` where the marks are not one whole pair. */
export function findBlock(text: string): PlacedBlock | undefined {
  const marks = [...text.matchAll(markLine)].map((match) => ({
    first: match[1] === '>>>',
    start: match.index,
    line: match[0].replace(/\r$/, ''),
  }));
  const [first, last] = marks;
  if (first === undefined) return undefined;
  const lines = (): string =>
    marks
      .slice(0, 4)
      .map((mark) => lineNumber(text, mark.start))
      .join(', ');
  if (last === undefined)
    throw new TextBlockFault(`it has one mark of a snappy-os block without the other, on line ${lines()}`);
  if (marks.length > 2 || !first.first || last.first)
    throw new TextBlockFault(`its marks of a snappy-os block are not one pair, on lines ${lines()}`);
  const lastLine = last.line.trimEnd();
  const found = (Object.keys(lastMarks) as Found[]).find((key) => lastMarks[key] === lastLine);
  if (found === undefined || !wholeFirstMark.test(first.line))
    throw new TextBlockFault(`a mark of its snappy-os block is damaged, on line ${lines().replace(',', ' or')}`);
  const newline = text.indexOf('\n', last.start);
  const end = newline === -1 ? text.length : newline + 1;
  return {
    text: text.slice(first.start, end).replaceAll('\r\n', '\n'),
    start: first.start,
    end,
    lineEnd: text.startsWith('\r\n', first.start + first.line.length) ? '\r\n' : '\n',
    found,
  };
}

function render(block: TextBlock, found: Found, lineEnd: string): string {
  const body = withoutMarks(block.body).replaceAll('\r\n', '\n').replace(/\n+$/, '');
  const lines = [firstMark(block.origin), ...(body === '' ? [] : body.split('\n')), lastMarks[found]];
  return lines.map((line) => `${line}${lineEnd}`).join('');
}

function foundIn(text: string | undefined): Found {
  if (text === undefined) return 'no file';
  if (text === '' || text === byteOrderMark) return 'nothing';
  return text.endsWith('\n') ? 'lines' : 'no final newline';
}

/**
 * The text with the block in it: in the place of the one that is there, else at the end behind a blank line.
 * `undefined` is a file that is not there. `head` is what a file that has nothing yet begins with. Throws
 * `TextBlockFault` where the marks are broken. `takeBlock` is the exact inverse.
 */
export function putBlock(text: string | undefined, block: TextBlock, head = ''): string {
  const old = text === undefined ? undefined : findBlock(text);
  if (text !== undefined && old !== undefined) {
    const next = render(block, old.found, old.lineEnd);
    // An editor may have taken the newline at the end of the file; it stays the editor's.
    const whole = text.slice(old.start, old.end).endsWith('\n') ? next : next.slice(0, -old.lineEnd.length);
    return `${text.slice(0, old.start)}${whole}${text.slice(old.end)}`;
  }
  const found = foundIn(text);
  const lineEnd = /\r?\n/.exec(text ?? '')?.[0] ?? '\n';
  const start = gaps[found] === 0 ? head : '';
  return `${text ?? ''}${start}${lineEnd.repeat(gaps[found])}${render(block, found, lineEnd)}`;
}

/** What stands before the block without what was put there with it. */
function withoutGap(before: string, { found, lineEnd }: PlacedBlock, head: string): string {
  if (gaps[found] === 0)
    return before.replace(byteOrderMark, '') === head ? before.slice(0, before.length - head.length) : before;
  const gap = lineEnd.repeat(gaps[found]);
  if (!before.endsWith(gap)) return before;
  const rest = before.slice(0, -gap.length);
  // Somebody has written on our blank line: it is theirs now.
  return found === 'lines' && rest !== '' && rest !== byteOrderMark && !rest.endsWith('\n') ? before : rest;
}

/**
 * The text without the block; `undefined` when the file was not there before it and nothing else is in it now. A text
 * without a block comes back as it is. Throws `TextBlockFault` where the marks are broken.
 */
export function takeBlock(text: string, head = ''): string | undefined {
  const block = findBlock(text);
  if (block === undefined) return text;
  const before = withoutGap(text.slice(0, block.start), block, head);
  const after = text.slice(block.end);
  if (before + after === '' && block.found === 'no file') return undefined;
  // What has been added behind the block stays a line of its own.
  const join = after === '' || before === '' || before === byteOrderMark || before.endsWith('\n') ? '' : block.lineEnd;
  return `${before}${join}${after}`;
}
