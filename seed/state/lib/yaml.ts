import {
  atLineEnd,
  currentLine,
  endLine,
  fail,
  indentOf,
  isBlank,
  nextFoldedLine,
  readBlockScalar,
  readQuoted,
  resolvePlain,
  skipBlanks,
  trimBlanks,
} from './yaml-scalar.ts';
import type { Cursor, YamlMap, YamlValue } from './yaml-scalar.ts';

const maxDepth = 64;

const refusedStarts: Readonly<Record<string, string>> = {
  '&': 'anchors (&name) are not supported; write the value out',
  '*': 'aliases (*name) are not supported; put a value that starts with * in quotes',
  '!': 'tags (!name) are not supported; put a value that starts with ! in quotes',
  '%': 'a value cannot start with %; put it in quotes',
  '@': 'a value cannot start with @; put it in quotes',
  '`': 'a value cannot start with a backtick; put it in quotes',
  ',': 'a value cannot start with a comma; put it in quotes',
  ']': 'a ] without its [',
  '}': 'a } without its {',
  '#': 'a comment needs a blank before it; put a value that starts with # in quotes',
};

/** What is said of `a: b: c`. */
export const colonInPlain = 'a colon followed by a space in an unquoted value; put the value in quotes';

/** Moves to the next line with content and returns its indent, or -1 at the end of the document. */
export function nextContent(cursor: Cursor): number {
  for (; cursor.line < cursor.lines.length; cursor.line++) {
    const text = currentLine(cursor);
    const indent = indentOf(text);
    if (indent === text.length || text[indent] === '#') continue;
    if (text[indent] === '\t') {
      if (isBlank(text)) continue;
      fail(cursor, 'a tab in the indentation; use spaces');
    }
    cursor.col = indent;
    return indent;
  }
  return -1;
}

function isSpaceOrEnd(char: string | undefined): boolean {
  return char === undefined || char === ' ' || char === '\t';
}

function isDash(text: string, col: number): boolean {
  return text[col] === '-' && isSpaceOrEnd(text[col + 1]);
}

/** Where the colon of a `key:` stands that starts at `col`, or -1 when the line holds no key there. */
function findColon(text: string, col: number): number {
  const first = text[col];
  if (first === '"' || first === "'") {
    let at = col + 1;
    for (; at < text.length; at++) {
      if (first === '"' && text[at] === '\\') at++;
      else if (text[at] === first && first === "'" && text[at + 1] === "'") at++;
      else if (text[at] === first) break;
    }
    at++;
    while (text[at] === ' ') at++;
    return text[at] === ':' && isSpaceOrEnd(text[at + 1]) ? at : -1;
  }
  if (first === undefined || '[{|>#'.includes(first)) return -1;
  for (let at = text.indexOf(':', col); at !== -1; at = text.indexOf(':', at + 1)) {
    if (!isSpaceOrEnd(text[at + 1])) continue;
    const comment = text.indexOf(' #', col);
    return comment === -1 || at < comment ? at : -1;
  }
  return -1;
}

function refuseStart(cursor: Cursor): void {
  const text = currentLine(cursor);
  const refusal = refusedStarts[text[cursor.col] ?? ''];
  if (refusal !== undefined) fail(cursor, refusal);
  if (text[cursor.col] === '?' && isSpaceOrEnd(text[cursor.col + 1]))
    fail(cursor, 'complex keys (? key) are not supported');
}

/** Reads `key: value` at the cursor, of a block mapping indented by `indent`, into `map`. Returns the key. */
export function readEntry(cursor: Cursor, indent: number, map: YamlMap): string {
  const text = currentLine(cursor);
  if (isDash(text, cursor.col)) fail(cursor, 'a list item where a key was expected');
  refuseStart(cursor);
  const colon = findColon(text, cursor.col);
  if (colon === -1) fail(cursor, `expected "key: value", found: ${text.slice(cursor.col, cursor.col + 40)}`);
  const first = text[cursor.col];
  const key = first === '"' || first === "'" ? readQuoted(cursor, indent) : trimBlanks(text.slice(cursor.col, colon));
  if (Object.hasOwn(map, key)) fail(cursor, `the key "${key}" is there twice`);
  cursor.col = colon + 1;
  map[key] = readAfterKey(cursor, indent);
  return key;
}

function readAfterKey(cursor: Cursor, parent: number): YamlValue {
  skipBlanks(cursor);
  if (!atLineEnd(cursor)) return readScalarOrFlow(cursor, parent);
  cursor.line++;
  const indent = nextContent(cursor);
  if (indent > parent) return readBlock(cursor, parent);
  if (indent === parent && isDash(currentLine(cursor), indent)) return readSequence(cursor, indent);
  return null;
}

/** Reads the node that starts at the cursor, on its own line or after a dash. */
function readBlock(cursor: Cursor, parent: number): YamlValue {
  const text = currentLine(cursor);
  if (isDash(text, cursor.col)) return readNested(cursor, () => readSequence(cursor, cursor.col));
  if (findColon(text, cursor.col) !== -1) return readNested(cursor, () => readMapping(cursor, cursor.col));
  return readScalarOrFlow(cursor, parent);
}

/** Reads a list or mapping inside others. Deeper than this nobody writes them, and the stack has an end. */
function readNested<T>(cursor: Cursor, read: () => T): T {
  if (cursor.depth >= maxDepth) fail(cursor, `lists and mappings more than ${maxDepth} deep`);
  cursor.depth++;
  try {
    return read();
  } finally {
    cursor.depth--;
  }
}

function readMapping(cursor: Cursor, indent: number): YamlMap {
  const map: YamlMap = Object.create(null);
  for (;;) {
    readEntry(cursor, indent, map);
    const next = nextContent(cursor);
    if (next > indent) fail(cursor, 'this line is indented deeper than the keys above it');
    if (next < indent) return map;
  }
}

function readSequence(cursor: Cursor, indent: number): YamlValue[] {
  const items: YamlValue[] = [];
  for (;;) {
    cursor.col = indent + 1;
    skipBlanks(cursor);
    if (atLineEnd(cursor)) {
      cursor.line++;
      items.push(nextContent(cursor) > indent ? readBlock(cursor, indent) : null);
    } else {
      items.push(readBlock(cursor, indent));
    }
    const next = nextContent(cursor);
    if (next > indent) fail(cursor, 'this line is indented deeper than the list items above it');
    if (next < indent || !isDash(currentLine(cursor), next)) return items;
  }
}

function readScalarOrFlow(cursor: Cursor, parent: number): YamlValue {
  const first = currentLine(cursor)[cursor.col];
  if (first === '|' || first === '>') return readBlockScalar(cursor, parent);
  if (first === '[' || first === '{' || first === '"' || first === "'") {
    const value = first === '[' || first === '{' ? readFlow(cursor, parent) : readQuoted(cursor, parent);
    endLine(cursor);
    return value;
  }
  return resolvePlain(readPlain(cursor, parent));
}

/** Reads an unquoted value with its continuation lines. `a: b: c` is refused, as YAML does: the colon needs quotes. */
function readPlain(cursor: Cursor, parent: number): string {
  refuseStart(cursor);
  const text = currentLine(cursor);
  if (isDash(text, cursor.col))
    fail(cursor, 'a list starts on its own line; put a value that starts with "- " in quotes');
  let out = '';
  let blank = 0;
  for (let col = cursor.col; ;) {
    const line = currentLine(cursor);
    const comment = line.indexOf(' #', col);
    const piece = trimBlanks(line.slice(col, comment === -1 ? undefined : comment));
    if (/:(?:[ \t]|$)/.test(piece)) fail(cursor, colonInPlain);
    out += out === '' ? piece : (blank === 0 ? ' ' : '\n'.repeat(blank)) + piece;
    cursor.line++;
    if (comment !== -1) return out;
    const start = cursor.line;
    while (cursor.line < cursor.lines.length && isBlank(currentLine(cursor))) cursor.line++;
    blank = cursor.line - start;
    col = indentOf(currentLine(cursor));
    if (cursor.line >= cursor.lines.length || col <= parent || currentLine(cursor)[col] === '#') return out;
    if (currentLine(cursor)[col] === '\t') fail(cursor, 'a tab in the indentation; use spaces');
  }
}

/** Skips blanks, comments and line ends inside `[…]` and `{…}`; returns the character found there. */
function nextFlowChar(cursor: Cursor, parent: number): string {
  for (;;) {
    skipBlanks(cursor);
    if (!atLineEnd(cursor)) return currentLine(cursor)[cursor.col] ?? '';
    nextFoldedLine(cursor, parent, 'a [ list ] or { mapping }');
  }
}

function readFlow(cursor: Cursor, parent: number): YamlValue {
  const first = nextFlowChar(cursor, parent);
  if (first === '[') return readNested(cursor, () => readFlowSequence(cursor, parent));
  if (first === '{') return readNested(cursor, () => readFlowMapping(cursor, parent));
  if (first === '"' || first === "'") return readQuoted(cursor, parent);
  return resolvePlain(readFlowPlain(cursor, parent));
}

function readFlowSequence(cursor: Cursor, parent: number): YamlValue[] {
  const items: YamlValue[] = [];
  cursor.col++;
  for (;;) {
    if (nextFlowChar(cursor, parent) === ']') break;
    items.push(readFlow(cursor, parent));
    const after = nextFlowChar(cursor, parent);
    if (after === ':') fail(cursor, 'a "key: value" inside a [ list ] is not supported; put it in quotes or in braces');
    if (after !== ',' && after !== ']') fail(cursor, `expected a comma or ] in the list, found ${after}`);
    if (after === ',') cursor.col++;
  }
  cursor.col++;
  return items;
}

function readFlowMapping(cursor: Cursor, parent: number): YamlMap {
  const map: YamlMap = Object.create(null);
  cursor.col++;
  for (;;) {
    const first = nextFlowChar(cursor, parent);
    if (first === '}') break;
    if (first === '[' || first === '{') fail(cursor, 'a list or a mapping as a key is not supported');
    const quoted = first === '"' || first === "'";
    const key = quoted ? readQuoted(cursor, parent) : readFlowPlain(cursor, parent);
    if (Object.hasOwn(map, key)) fail(cursor, `the key "${key}" is there twice`);
    map[key] = null;
    if (nextFlowChar(cursor, parent) === ':') {
      cursor.col++;
      const value = nextFlowChar(cursor, parent);
      if (value !== ',' && value !== '}') map[key] = readFlow(cursor, parent);
    }
    const after = nextFlowChar(cursor, parent);
    if (after !== ',' && after !== '}') fail(cursor, `expected a comma or } in the mapping, found ${after}`);
    if (after === ',') cursor.col++;
  }
  cursor.col++;
  return map;
}

/** An unquoted word inside `[…]` or `{…}`: ends at a comma, a bracket, `: ` or a comment; folds over lines. */
function readFlowPlain(cursor: Cursor, parent: number): string {
  refuseStart(cursor);
  const head = currentLine(cursor).slice(cursor.col, cursor.col + 2);
  if (/^[|>]|^[-?](?:[\s,[\]{}]|$)/.test(head))
    fail(cursor, `${head[0]} cannot stand alone or first inside brackets; put it in quotes`);
  let out = '';
  for (;;) {
    const text = currentLine(cursor);
    const start = cursor.col;
    while (cursor.col < text.length && !endsFlowPlain(text, cursor.col)) cursor.col++;
    out += trimBlanks(text.slice(start, cursor.col));
    if (cursor.col < text.length) break;
    const blank = nextFoldedLine(cursor, parent, 'a [ list ] or { mapping }');
    if (endsFlowPlain(currentLine(cursor), cursor.col) || currentLine(cursor)[cursor.col] === '#') break;
    out += blank === 0 ? ' ' : '\n'.repeat(blank);
  }
  if (out === '') fail(cursor, 'an empty item; remove the extra comma or write null');
  return out;
}

function endsFlowPlain(text: string, col: number): boolean {
  const char = text[col] as string;
  if (',[]{}'.includes(char)) return true;
  if (char === ':') return isSpaceOrEnd(text[col + 1]) || ',[]{}'.includes(text[col + 1] as string);
  return char === '#' && text[col - 1] === ' ';
}
