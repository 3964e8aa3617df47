import type { JsonComment } from './json-scan.ts';
import { breaksLine, indentAt, layoutOf, renderValue, type Layout } from './json-layout.ts';
import {
  nodeAt,
  parseJson,
  type JsonContainer,
  type JsonDocument,
  type JsonMember,
  type JsonNode,
} from './json-tree.ts';
import type { JsonPath, JsonValue } from './wanted.ts';

/** A document after an addition. */
export interface Appended {
  readonly document: JsonDocument;
  /** The white space an empty container held where the value now is; absent where the container was not empty. */
  readonly inner?: string;
}

/** One stretch of text and what takes its place. */
interface Cut {
  readonly from: number;
  readonly to: number;
  readonly text?: string;
}

/** Makes the cuts, which are in the order of the text and do not overlap, and reads the result. */
function edit({ text, dialect }: JsonDocument, cuts: readonly Cut[]): JsonDocument {
  let at = 0;
  let out = '';
  for (const cut of cuts) {
    out += text.slice(at, cut.from) + (cut.text ?? '');
    at = cut.to;
  }
  return parseJson(out + text.slice(at), dialect);
}

function requireNode(document: JsonDocument, at: JsonPath): JsonNode {
  const node = nodeAt(document.root, at);
  if (node === undefined) throw new Error(`no value at ${at.join('/')}`);
  return node;
}

function requireContainer(document: JsonDocument, at: JsonPath): JsonContainer {
  const node = requireNode(document, at);
  if (node.type !== 'object' && node.type !== 'array') throw new Error(`no object or list at ${at.join('/')}`);
  return node;
}

/** The last comment that lies in a stretch of text between two values. */
function lastComment({ comments }: JsonDocument, from: number, to: number): JsonComment | undefined {
  return comments.findLast((comment) => comment.offset >= from && comment.end <= to);
}

/** The end of what stands in the line of `from` and belongs to it: the comments that begin there. */
function endOfRemarks({ text, comments }: JsonDocument, from: number, limit: number): number {
  let end = from;
  for (const comment of comments) {
    if (comment.offset < from) continue;
    if (comment.offset >= limit || breaksLine(text.slice(end, comment.offset))) break;
    ({ end } = comment);
  }
  return end;
}

function appendToEmpty(
  document: JsonDocument,
  container: JsonContainer,
  layout: Layout,
  child: (indent: string) => string,
): Appended {
  const { text } = document;
  const comment = lastComment(document, container.offset, container.end);
  const from = comment?.end ?? container.offset + 1;
  const to = container.end - 1;
  const outer = indentAt(text, container.offset);
  const indent = `${outer}${layout.unit}`;
  const filled =
    layout.oneLine && comment?.toLineEnd !== true
      ? child(outer)
      : `${layout.eol}${indent}${child(indent)}${layout.eol}${outer}`;
  return { document: edit(document, [{ from, to, text: filled }]), inner: text.slice(from, to) };
}

/**
 * Adds a value at the end of the object (under `key`) or array at `at`, in the layout of its surroundings; every other
 * byte stays. The comma goes right behind the value before it and ours after the comments of that line, so that each
 * comment stays with what it was written for; a list that ends in a comma ends in one afterwards too. `removeValue` is
 * the exact inverse, given `inner`.
 */
export function appendValue(document: JsonDocument, at: JsonPath, key: string | undefined, value: JsonValue): Appended {
  const { text } = document;
  const container = requireContainer(document, at);
  const layout = layoutOf(document);
  const name = key === undefined ? '' : `${JSON.stringify(key)}:${layout.oneLine ? '' : ' '}`;
  const child = (indent: string): string => name + renderValue(value, layout, indent);
  const first = container.members[0];
  const last = container.members.at(-1);
  if (first === undefined || last === undefined) return appendToEmpty(document, container, layout, child);
  const behind = last.comma === undefined ? last.value.end : last.comma + 1;
  const point = endOfRemarks(document, behind, container.end);
  const outer = indentAt(text, container.offset);
  const ownLine = breaksLine(text.slice(container.offset, first.offset));
  const indent = ownLine ? indentAt(text, first.offset) : outer;
  const mustBreak = ownLine || lastComment(document, behind, point)?.toLineEnd === true;
  const lead = mustBreak ? `${layout.eol}${indent}` : layout.oneLine ? '' : ' ';
  const added = { from: point, to: point, text: lead + child(indent) };
  return {
    document: edit(
      document,
      last.comma === undefined
        ? [{ from: behind, to: behind, text: ',' }, added]
        : [{ ...added, text: `${added.text},` }],
    ),
  };
}

/** Puts another value in the place of the one at `at`. */
export function replaceValue(document: JsonDocument, at: JsonPath, value: JsonValue): JsonDocument {
  const { offset, end } = requireNode(document, at);
  const text = renderValue(value, layoutOf(document), indentAt(document.text, offset));
  return edit(document, [{ from: offset, to: end, text }]);
}

/** A value and its comma, as cuts: what a person wrote between the two stays. */
function cutsOf({ text }: JsonDocument, { offset, value, comma }: JsonMember): Cut[] {
  if (comma === undefined) return [{ from: offset, to: value.end }];
  if (text.slice(value.end, comma).trim() === '') return [{ from: offset, to: comma + 1 }];
  return [
    { from: offset, to: value.end },
    { from: comma, to: comma + 1 },
  ];
}

/** Cuts out the only value: with no comment behind it, all of the white space around becomes `inner`. */
function cutOnly(document: JsonDocument, container: JsonContainer, member: JsonMember, kept: string): Cut[] {
  // It comes from a record on the disk: nothing but white space is ever put in.
  const inner = kept.trim() === '' ? kept : '';
  const close = container.end - 1;
  if (lastComment(document, member.value.end, close) !== undefined) return cutsOf(document, member);
  const before = lastComment(document, container.offset, member.offset);
  const broken = before?.toLineEnd === true && !breaksLine(inner) ? layoutOf(document).eol : '';
  return [{ from: before?.end ?? container.offset + 1, to: close, text: broken + inner }];
}

/**
 * Takes the value at `at` out, with its name, one comma and the white space before it; comments stay. `inner` is the
 * white space that is left in a container whose only value it was.
 */
export function removeValue(document: JsonDocument, at: JsonPath, inner = ''): JsonDocument {
  const container = requireContainer(document, at.slice(0, -1));
  const { members } = container;
  const value = requireNode(document, at);
  const index = members.findIndex((candidate) => candidate.value === value);
  const member = members[index];
  if (member === undefined) throw new Error(`no value at ${at.join('/')}`);
  if (members.length === 1) return edit(document, cutOnly(document, container, member, inner));
  const before = members[index - 1];
  const [cut, ...rest] = cutsOf(document, member);
  if (cut === undefined) return document;
  const next = nextToken(document, cut.to, container.end - 1);
  if (before === undefined) return edit(document, [{ from: cut.from, to: rest.length > 0 ? cut.to : next }, ...rest]);
  const comma = before.comma ?? before.value.end;
  const remark = lastComment(document, comma, member.offset);
  // A comment that ends with its line must not swallow what follows.
  const swallows = remark?.toLineEnd === true && !breaksLine(document.text.slice(cut.to, next));
  const main = swallows ? { from: cut.from, to: next } : { from: remark?.end ?? comma + 1, to: cut.to };
  const orphan = member.comma === undefined ? [{ from: comma, to: comma + 1 }] : [];
  return edit(document, [...orphan, main, ...rest]);
}

/** Where the white space from `from` on ends. */
function nextToken({ text }: JsonDocument, from: number, limit: number): number {
  const stretch = text.slice(from, limit);
  return from + stretch.length - stretch.trimStart().length;
}
