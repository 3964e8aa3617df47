import { currentLine, indentOf, YamlError } from './yaml-scalar.ts';
import type { Cursor, YamlMap } from './yaml-scalar.ts';
import { colonInPlain, nextContent, readEntry } from './yaml.ts';

export type { YamlMap, YamlValue } from './yaml-scalar.ts';

/** Something wrong in the frontmatter; `line` counts from 1 in the whole file. */
export interface FrontmatterProblem {
  readonly line: number;
  readonly message: string;
}

/** A file taken apart. What could be read is there even when `problems` is not empty. */
export interface Frontmatter {
  /** Whether the file starts with a `---` line. */
  readonly present: boolean;
  readonly fields: YamlMap;
  /** The line of each top-level key, from 1. */
  readonly lines: Readonly<Record<string, number>>;
  /** The text after the closing `---`, with `\n` line ends. */
  readonly body: string;
  /** The line of the file, from 1, on which `body` starts. */
  readonly bodyLine: number;
  readonly problems: readonly FrontmatterProblem[];
}

/**
 * Reads the YAML between the `---` lines at the head of a file. A strict subset of YAML 1.2: block and flow mappings
 * and sequences, plain, quoted and block scalars, comments. Anchors, tags, tabs, complex keys and doubled keys are
 * problems. Never throws; after a problem it goes on at the next top-level key, so that one bad line costs one key.
 */
export function parseFrontmatter(text: string): Frontmatter {
  const unmarked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const source = unmarked.includes('\r') ? unmarked.replace(/\r\n?/g, '\n') : unmarked;
  const fields: YamlMap = Object.create(null);
  const lines: Record<string, number> = Object.create(null);
  if (!/^---[ \t]*(?:\n|$)/.test(source)) {
    return { present: false, fields, lines, body: source, bodyLine: 1, problems: [] };
  }
  const closing = /\n---[ \t]*(?:\n|$)/.exec(source);
  if (closing === null) {
    const problem = { line: 1, message: 'the frontmatter opens with --- and is never closed by a second ---' };
    return { present: true, fields, lines, body: source, bodyLine: 1, problems: [problem] };
  }
  const head = source.slice(0, closing.index).split('\n');
  head[0] = '';
  const cursor: Cursor = { lines: head, line: 1, col: 0, depth: 0 };
  const problems = readFields(cursor, fields, lines);
  const body = source.slice(closing.index + closing[0].length);
  return { present: true, fields, lines, body, bodyLine: head.length + 2, problems };
}

function readFields(cursor: Cursor, fields: YamlMap, lines: Record<string, number>): FrontmatterProblem[] {
  const problems: FrontmatterProblem[] = [];
  for (;;) {
    let start = cursor.line;
    try {
      const indent = nextContent(cursor);
      start = cursor.line;
      if (indent === -1) return problems;
      if (indent > 0) throw new YamlError(start + 1, 'this line is indented, but no key above it takes it');
      lines[readEntry(cursor, 0, fields)] = start + 1;
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      problems.push({ line: error.line, message: error.message });
      cursor.line = Math.max(start + 1, error.line - 1);
      if (cursor.line === start) cursor.line++;
      skipToKey(cursor);
    }
  }
}

/** Resumes after a problem: the next line that starts at the margin and is not a list item. */
function skipToKey(cursor: Cursor): void {
  for (; cursor.line < cursor.lines.length; cursor.line++) {
    const text = currentLine(cursor);
    if (text !== '' && indentOf(text) === 0 && !/^[-#\t}\]]/.test(text)) return;
  }
}

/**
 * The file with double quotes around each top-level value that has a colon and no quotes: `description: Use it: now`,
 * the commonest mistake in skills. Values over several lines, or with a comment, are left to a person. A file without
 * that mistake comes back as it is.
 */
export function quoteColons(text: string): string {
  const lines = text.split(/(?<=\n)/);
  for (const { line, message } of parseFrontmatter(text).problems) {
    const match = /^([A-Za-z0-9_-]+): +([^\s"'|>[{&*!%@`#][^\r\n]*)(\r?\n)$/.exec(lines[line - 1] ?? '');
    const goesOn = /^[ \t]+\S/.test(lines[line] ?? '');
    if (match === null || message !== colonInPlain || goesOn || / #/.test(match[2] ?? '')) continue;
    lines[line - 1] = `${match[1]}: ${JSON.stringify(match[2]?.trimEnd())}${match[3]}`;
  }
  return lines.join('');
}
