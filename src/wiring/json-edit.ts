import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

/** Where a value is: property names and indices from the root. */
export type JsonPath = readonly (string | number)[];

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A text that is not JSON: `message` says what was found, and at which line and column. */
export class JsonSyntaxError extends Error {}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

const faults: Partial<Record<string, string>> = {
  InvalidCommentToken: 'a comment',
  PropertyNameExpected: 'no property name where one must be (a comma too many?)',
  ValueExpected: 'no value where one must be (a comma too many?)',
  CommaExpected: 'no comma between two values',
  CloseBraceExpected: 'no closing } (cut off?)',
  CloseBracketExpected: 'no closing ] (cut off?)',
  EndOfFileExpected: 'text after the end of the value',
};

function parseStrict(text: string): Node {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (cause) {
    if (cause instanceof RangeError) throw new JsonSyntaxError('it is nested too deep', { cause });
    throw cause;
  }
  const [first] = errors;
  if (first !== undefined) {
    const code = printParseErrorCode(first.error);
    throw new JsonSyntaxError(`${faults[code] ?? code} at ${position(text, first.offset)}`);
  }
  if (root === undefined) throw new JsonSyntaxError('it is empty');
  // The scanner of jsonc-parser is laxer than the standard in small things (control characters, white space).
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new JsonSyntaxError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return root;
}

/** The tree of a strict JSON text (RFC 8259). Throws `JsonSyntaxError`. */
export function parseJson(text: string): Node {
  return parseStrict(text);
}

/** The first name that an object has twice: which of the two counts is up to the reader, so an edit could miss it. */
export function repeatedKey(object: Node): string | undefined {
  const seen = new Set<unknown>();
  for (const property of object.children ?? []) {
    const key: unknown = property.children?.[0]?.value;
    if (seen.has(key)) return String(key);
    seen.add(key);
  }
  return undefined;
}

function nodeAt(root: Node, at: JsonPath): Node {
  const node = findNodeAtLocation(root, [...at]);
  if (node === undefined) throw new Error(`no value at ${at.join('/')}`);
  return node;
}

const end = (node: Node): number => node.offset + node.length;
const splice = (text: string, from: number, to: number, middle: string): string =>
  text.slice(0, from) + middle + text.slice(to);

/** How the file is laid out: the step of one level, the line end, or everything in one line. */
interface Style {
  readonly unit: string;
  readonly eol: string;
  readonly oneLine: boolean;
}

function styleOf(text: string, root: Node): Style {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const first = root.children?.[0];
  if (first === undefined) return { unit: '  ', eol, oneLine: false };
  const lead = text.slice(root.offset + 1, first.offset);
  const oneLine = !lead.includes('\n');
  return { unit: oneLine ? '' : lead.slice(lead.lastIndexOf('\n') + 1), eol, oneLine };
}

/** The white space at the start of the line that `offset` is in. */
function indentOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function render(value: JsonValue, style: Style, indent: string): string {
  if (style.oneLine) return JSON.stringify(value);
  return JSON.stringify(value, undefined, style.unit).split('\n').join(`${style.eol}${indent}`);
}

/**
 * Adds a value at the end of the object (under `key`) or array at `at`, in the layout of its surroundings; every other
 * byte stays. `removeValue` is its exact inverse, given what an empty container held between its brackets (`inner`).
 */
export function appendValue(
  text: string,
  at: JsonPath,
  key: string | undefined,
  value: JsonValue,
): { text: string; inner?: string } {
  const root = parseStrict(text);
  const container = nodeAt(root, at);
  const style = styleOf(text, root);
  const name = key === undefined ? '' : `${JSON.stringify(key)}:${style.oneLine ? '' : ' '}`;
  const first = container.children?.[0];
  const last = container.children?.at(-1);
  const outer = indentOf(text, container.offset);
  if (first === undefined || last === undefined) {
    const inner = text.slice(container.offset + 1, end(container) - 1);
    const indent = `${outer}${style.unit}`;
    const child = `${name}${render(value, style, indent)}`;
    const filled = style.oneLine ? child : `${style.eol}${indent}${child}${style.eol}${outer}`;
    return { text: splice(text, container.offset + 1, end(container) - 1, filled), inner };
  }
  const lead = text.slice(container.offset + 1, first.offset);
  if (lead.includes('\n')) {
    const indent = lead.slice(lead.lastIndexOf('\n') + 1);
    return { text: splice(text, end(last), end(last), `,${style.eol}${indent}${name}${render(value, style, indent)}`) };
  }
  const gap = style.oneLine ? ',' : ', ';
  return { text: splice(text, end(last), end(last), `${gap}${name}${render(value, style, outer)}`) };
}

/** Puts another value in the place of the one at `at`. */
export function replaceValue(text: string, at: JsonPath, value: JsonValue): string {
  const root = parseStrict(text);
  const node = nodeAt(root, at);
  return splice(text, node.offset, end(node), render(value, styleOf(text, root), indentOf(text, node.offset)));
}

/** Takes the value at `at` (with its name and one comma) out; `inner` goes between the brackets if it was the only one. */
export function removeValue(text: string, at: JsonPath, inner = ''): string {
  const root = parseStrict(text);
  const container = nodeAt(root, at.slice(0, -1));
  const node = nodeAt(root, at);
  const children = container.children ?? [];
  const index = children.findIndex((child) => child.offset <= node.offset && end(node) <= end(child));
  const child = children[index] ?? node;
  const before = children[index - 1];
  const after = children[index + 1];
  if (before !== undefined) return splice(text, end(before), end(child), '');
  if (after !== undefined) return splice(text, child.offset, after.offset, '');
  return splice(text, container.offset + 1, end(container) - 1, inner);
}
