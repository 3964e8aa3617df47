import { membersOf, type JsonDocument } from './json-tree.ts';
import type { JsonValue } from './wanted.ts';

/** How a file is laid out: the step of one level, the line end, or everything in one line. */
export interface Layout {
  readonly unit: string;
  readonly eol: string;
  readonly oneLine: boolean;
}

// Every line end of any dialect; a file may mix them.
const lineEnd = /[\n\r\u2028\u2029]/;

/** Whether a stretch of text holds a line end. */
export function breaksLine(text: string): boolean {
  return lineEnd.test(text);
}

/** The white space at the start of the line that `offset` is in. */
export function indentAt(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && !breaksLine(text.charAt(start - 1))) start -= 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** The layout that a document shows by its first value; two spaces where it shows none. */
export function layoutOf({ text, root }: JsonDocument): Layout {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const [first] = membersOf(root);
  if (first === undefined) return { unit: '  ', eol, oneLine: false };
  const oneLine = !breaksLine(text.slice(root.offset, first.offset));
  return { unit: oneLine ? '' : indentAt(text, first.offset), eol, oneLine };
}

/** A value as text, to begin in a line that is indented by `indent`. Strict JSON, which every dialect reads. */
export function renderValue(value: JsonValue, layout: Layout, indent: string): string {
  if (layout.oneLine) return JSON.stringify(value);
  return JSON.stringify(value, undefined, layout.unit).split('\n').join(`${layout.eol}${indent}`);
}
