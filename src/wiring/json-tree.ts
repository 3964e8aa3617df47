import { JsonScanner, type JsonComment } from './json-scan.ts';
import type { JsonDialect, JsonPath, JsonValue } from './wanted.ts';

export { JsonSyntaxError } from './json-scan.ts';

/** One property of an object, or one element of an array. */
export interface JsonMember {
  /** Where it begins: its name, or the value where it has none. */
  readonly offset: number;
  /** The name of a property; `undefined` in an array. */
  readonly key: string | undefined;
  readonly value: JsonNode;
  /** Where the comma after it stands, if there is one. */
  readonly comma: number | undefined;
}

/** An object or array. Offsets count UTF-16 units; `end` is behind the last one. */
export interface JsonContainer {
  readonly type: 'object' | 'array';
  readonly offset: number;
  readonly end: number;
  readonly members: readonly JsonMember[];
}

export interface JsonScalar {
  readonly type: 'string' | 'number' | 'boolean' | 'null';
  readonly offset: number;
  readonly end: number;
  readonly value: string | number | boolean | null;
}

export type JsonNode = JsonContainer | JsonScalar;

/** A text together with what it says, and where. */
export interface JsonDocument {
  readonly text: string;
  readonly dialect: JsonDialect;
  readonly root: JsonNode;
  /** In the order of the text. */
  readonly comments: readonly JsonComment[];
}

// Far beyond any settings file, and far below what the stack holds.
const maximumDepth = 512;

function parseScalar(scan: JsonScanner): JsonScalar {
  const offset = scan.at;
  const node = (type: JsonScalar['type'], value: JsonScalar['value']): JsonScalar => ({
    type,
    offset,
    end: scan.at,
    value,
  });
  if (scan.quoted()) {
    const value = scan.string();
    return node('string', value);
  }
  const number = scan.number();
  if (number !== undefined) return node('number', number);
  if (scan.word('true')) return node('boolean', true);
  if (scan.word('false')) return node('boolean', false);
  if (scan.word('null')) return node('null', null);
  return scan.fail('no value where one must be (a comma too many?)');
}

function parseKey(scan: JsonScanner): string {
  const key = scan.quoted() ? scan.string() : scan.bareKey();
  if (key === undefined) return scan.fail('no property name where one must be (a comma too many?)');
  scan.skip();
  if (!scan.take(':')) scan.fail('no colon after a property name');
  scan.skip();
  return key;
}

function parseContainer(scan: JsonScanner, type: JsonContainer['type'], depth: number): JsonContainer {
  if (depth >= maximumDepth) scan.fail(`brackets nested too deep (over ${maximumDepth})`);
  const start = scan.at;
  const close = type === 'object' ? '}' : ']';
  const members: JsonMember[] = [];
  scan.at += 1;
  for (;;) {
    scan.skip();
    if ((members.length === 0 || scan.grammar.trailingCommas) && scan.take(close)) break;
    if (scan.at >= scan.text.length) scan.fail(`no closing ${close} (cut off?)`);
    const offset = scan.at;
    const key = type === 'object' ? parseKey(scan) : undefined;
    const value = parseValue(scan, depth + 1);
    scan.skip();
    const comma = scan.take(',') ? scan.at - 1 : undefined;
    members.push({ offset, key, value, comma });
    if (comma !== undefined) continue;
    if (scan.take(close)) break;
    scan.fail(scan.at < scan.text.length ? 'no comma between two values' : `no closing ${close} (cut off?)`);
  }
  return { type, offset: start, end: scan.at, members };
}

function parseValue(scan: JsonScanner, depth: number): JsonNode {
  const char = scan.text.charAt(scan.at);
  if (char === '{') return parseContainer(scan, 'object', depth);
  if (char === '[') return parseContainer(scan, 'array', depth);
  return parseScalar(scan);
}

/**
 * Reads a text of one dialect: `json` is RFC 8259 and takes what JSON.parse takes, `jsonc` adds comments, `json5` is
 * json5.org 1.0. Throws `JsonSyntaxError`. A byte order mark is the caller's to take off.
 */
export function parseJson(text: string, dialect: JsonDialect): JsonDocument {
  const scan = new JsonScanner(text, dialect);
  scan.skip();
  if (scan.at >= text.length) scan.fail('nothing but an empty text');
  const root = parseValue(scan, 0);
  scan.skip();
  if (scan.at < text.length) scan.fail('text after the end of the value');
  return { text, dialect, root, comments: scan.comments };
}

/** The members of an object or array; none of anything else. */
export function membersOf(node: JsonNode): readonly JsonMember[] {
  return 'members' in node ? node.members : [];
}

/** The value at a path, or `undefined`. Of two properties with one name the last counts, as in JSON.parse. */
export function nodeAt(root: JsonNode, at: JsonPath): JsonNode | undefined {
  return at.reduce<JsonNode | undefined>((node, part) => {
    if (node === undefined) return undefined;
    if (node.type === 'array') return typeof part === 'number' ? node.members[part]?.value : undefined;
    return membersOf(node).findLast(({ key }) => key === part)?.value;
  }, root);
}

/** What a node says, as JSON.parse would give it. */
export function valueOf(node: JsonNode): JsonValue {
  if (!('members' in node)) return node.value;
  if (node.type === 'array') return node.members.map(({ value }) => valueOf(value));
  // fromEntries makes `__proto__` a property like any other.
  return Object.fromEntries(node.members.map(({ key = '', value }) => [key, valueOf(value)]));
}

/** The first name that an object has twice: which of the two counts is up to the reader, so an edit could miss it. */
export function repeatedKey(node: JsonNode): string | undefined {
  const seen = new Set<string>();
  for (const { key } of membersOf(node)) {
    if (key === undefined) continue;
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return undefined;
}
