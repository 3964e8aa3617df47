/** A place in the lines of a document; `line` and `col` count from 0. */
export interface Cursor {
  readonly lines: readonly string[];
  line: number;
  col: number;
  /** How many lists and mappings what stands there is in. */
  depth: number;
}

export type YamlValue = string | number | boolean | null | YamlValue[] | YamlMap;
/** Made without a prototype: a key named `__proto__` is a key like any other. */
export interface YamlMap {
  [key: string]: YamlValue;
}

/** What the reader cannot take, and the line (from 1) where it stands. */
export class YamlError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'YamlError';
    this.line = line;
  }
}

/** Refuses what stands at the cursor. */
export function fail(cursor: Cursor, message: string): never {
  throw new YamlError(cursor.line + 1, message);
}

/** The text of the line that the cursor is on. */
export function currentLine(cursor: Cursor): string {
  return cursor.lines[cursor.line] ?? '';
}

/** How many spaces a line starts with. Tabs are no indentation in YAML. */
export function indentOf(text: string): number {
  let indent = 0;
  while (text.charCodeAt(indent) === 32) indent++;
  return indent;
}

/** YAML's blanks are the space and the tab; other white space is content. */
export function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

/** The text without blanks at its end. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}

/** Skips blanks within the line. A tab there is refused: half of the readers in the field choke on one. */
export function skipBlanks(cursor: Cursor): void {
  const text = currentLine(cursor);
  while (text[cursor.col] === ' ') cursor.col++;
  if (text[cursor.col] === '\t') fail(cursor, 'a tab between YAML words; use spaces');
}

/** Whether only a comment or nothing is left on this line. */
export function atLineEnd(cursor: Cursor): boolean {
  const text = currentLine(cursor);
  if (cursor.col >= text.length) return true;
  return text[cursor.col] === '#' && (cursor.col === 0 || text[cursor.col - 1] === ' ');
}

/** Leaves a line whose value has been read; anything but a comment after it is refused. */
export function endLine(cursor: Cursor): void {
  skipBlanks(cursor);
  if (!atLineEnd(cursor)) {
    fail(cursor, `unexpected text after the value: ${currentLine(cursor).slice(cursor.col, cursor.col + 40)}`);
  }
  cursor.line++;
  cursor.col = 0;
}

/** Types a plain scalar by the core schema (YAML 1.2.2, 10.3.2): `yes` and `on` are text, `true` is a boolean. */
export function resolvePlain(text: string): YamlValue {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  if (!/^[-+.0-9]/.test(text)) return text;
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return NaN;
  return text;
}

/** How much further the line break(s) before the next piece of a folded scalar go: one break is a space. */
function foldBreaks(blankLines: number): string {
  return blankLines === 0 ? ' ' : '\n'.repeat(blankLines);
}

/** Steps to the next line of a quoted or flow value that goes on, and counts the empty lines passed. */
export function nextFoldedLine(cursor: Cursor, parent: number, what: string): number {
  const opened = cursor.line + 1;
  for (let blank = 0; ; blank++) {
    cursor.line++;
    const text = cursor.lines[cursor.line];
    if (text === undefined) throw new YamlError(opened, `${what} is not closed`);
    const indent = indentOf(text);
    if (text[indent] === '\t') fail(cursor, 'a tab in the indentation; use spaces');
    if (indent === text.length) continue;
    if (indent <= parent) throw new YamlError(opened, `${what} is not closed before the next key`);
    cursor.col = indent;
    return blank;
  }
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  '\t': '\t',
};
const hexLength: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(cursor: Cursor): string {
  const text = currentLine(cursor);
  const letter = text[cursor.col + 1] ?? '';
  const plain = escapes[letter];
  if (plain !== undefined) {
    cursor.col += 2;
    return plain;
  }
  const length = hexLength[letter];
  const digits = text.slice(cursor.col + 2, cursor.col + 2 + (length ?? 0));
  if (length === undefined || digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits)) {
    fail(cursor, `unknown escape \\${letter} in a double-quoted value`);
  }
  const point = Number.parseInt(digits, 16);
  if (point > 0x10ffff) fail(cursor, `\\${letter}${digits} is not a Unicode character`);
  cursor.col += 2 + length;
  return String.fromCodePoint(point);
}

/** Reads a quoted scalar that starts at the cursor; leaves the cursor after the closing quote. */
export function readQuoted(cursor: Cursor, parent: number): string {
  const quote = currentLine(cursor)[cursor.col] as '"' | "'";
  let out = '';
  cursor.col++;
  for (;;) {
    const text = currentLine(cursor);
    const char = text[cursor.col];
    if (char === undefined) {
      const kept = out.slice(0, out.length - trailingBlanks(text, cursor.col));
      out = kept + foldBreaks(nextFoldedLine(cursor, parent, 'a quoted value'));
    } else if (char === quote) {
      cursor.col++;
      if (quote === '"' || text[cursor.col] !== "'") return out;
      out += "'";
      cursor.col++;
    } else if (char === '\\' && quote === '"') {
      if (cursor.col + 1 < text.length) out += readEscape(cursor);
      else out += '\n'.repeat(nextFoldedLine(cursor, parent, 'a quoted value'));
    } else {
      const stop = nextSpecial(text, cursor.col + 1, quote);
      out += text.slice(cursor.col, stop);
      cursor.col = stop;
    }
  }
}

function nextSpecial(text: string, from: number, quote: string): number {
  const specials = quote === '"' ? '"\\' : quote;
  let at = from;
  while (at < text.length && !specials.includes(text[at] ?? '')) at++;
  return at;
}

/** Blanks written as such before `end`; an escaped `\t` or `\ ` is not one of them. */
function trailingBlanks(text: string, end: number): number {
  let at = end;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--;
  const blanks = end - at;
  return blanks > 0 && oddBackslashes(text, at) ? blanks - 1 : blanks;
}

function oddBackslashes(text: string, end: number): boolean {
  let at = end;
  while (at > 0 && text[at - 1] === '\\') at--;
  return (end - at) % 2 === 1;
}

/** Reads `|` and `>` scalars (YAML 1.2.2, 8.1) whose header starts at the cursor; leaves the cursor on the next line. */
export function readBlockScalar(cursor: Cursor, parent: number): string {
  const header = /^([|>])(?:([1-9])?([-+])?|([-+])([1-9]))(?= |$)/.exec(currentLine(cursor).slice(cursor.col));
  if (header === null) fail(cursor, 'a block value starts with | or >, then at most one digit and one of + and -');
  cursor.col += header[0].length;
  endLine(cursor);
  const digit = header[2] ?? header[5];
  const lines = takeBlockLines(cursor, parent, digit === undefined ? undefined : Math.max(parent, 0) + Number(digit));
  // A value of blank lines only is empty, as in the yaml package, however far the blanks reach.
  let last = lines.every((line) => indentOf(line) === line.length) ? 0 : lines.length;
  while (last > 0 && lines[last - 1] === '') last--;
  const content = lines.slice(0, last);
  const text = header[1] === '|' ? content.join('\n') : foldLines(content);
  const chomp = header[3] ?? header[4];
  if (chomp === '+') return last === 0 ? '\n'.repeat(lines.length) : [text, ...lines.slice(last), ''].join('\n');
  return chomp === '-' || last === 0 ? text : `${text}\n`;
}

function takeBlockLines(cursor: Cursor, parent: number, given: number | undefined): string[] {
  const out: string[] = [];
  let indent = given;
  let deepestBlank = 0;
  for (; cursor.line < cursor.lines.length; cursor.line++) {
    const text = currentLine(cursor);
    const own = indentOf(text);
    if (own === text.length && (indent === undefined || own <= indent)) {
      deepestBlank = Math.max(deepestBlank, own);
      out.push('');
      continue;
    }
    if (indent === undefined) {
      if (own <= parent) break;
      if (deepestBlank > own)
        fail(cursor, 'an empty line above is indented deeper than the first line of this block value');
      indent = own;
    }
    if (own < indent) break;
    out.push(text.slice(indent));
  }
  return out;
}

/** Folds `>` lines: one break between two lines at the base indent is a space; deeper lines keep theirs. */
function foldLines(lines: readonly string[]): string {
  let out = '';
  let previous: string | undefined;
  let blank = 0;
  for (const line of lines) {
    if (line === '') {
      blank++;
      continue;
    }
    const kept = previous === undefined ? 0 : isDeeper(previous) || isDeeper(line) ? 1 : blank === 0 ? -1 : 0;
    out += (kept < 0 ? ' ' : '\n'.repeat(blank + kept)) + line;
    previous = line;
    blank = 0;
  }
  return out;
}

function isDeeper(line: string): boolean {
  return line[0] === ' ' || line[0] === '\t';
}
