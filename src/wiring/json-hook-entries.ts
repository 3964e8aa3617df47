import { isDeepStrictEqual } from 'node:util';
import { appendValue, removeValue, replaceValue } from './json-edit.ts';
import { membersOf, nodeAt, valueOf, type JsonDocument, type JsonNode } from './json-tree.ts';
import type { JsonPath, JsonUndo, JsonValue, JsonWanted } from './wanted.ts';

/** Tells a hook of ours, in whatever form it was once written, by its command. */
export type Recognise = (command: string) => boolean;

/** A document after an edit, and what is needed to undo the edit to the byte. */
export interface WiredDocument {
  readonly document: JsonDocument;
  readonly undo: JsonUndo;
}

type Events = NonNullable<JsonWanted['hooks']>['events'];

/** One hook of ours in a document. */
interface Found {
  readonly event: string;
  /** Index of the entry (a group, or a bare handler) in the list of the event. */
  readonly entry: number;
  /** Index of the handler in its group; `undefined` where the entry itself is the handler. */
  readonly handler: number | undefined;
  /** Whether the entry holds nothing but ours, so that it can be replaced or taken out as a whole. */
  readonly whole: boolean;
  readonly value: JsonValue;
}

/** A path as one string: a JSON pointer (RFC 6901) without its first slash. */
export function pointerOf(at: JsonPath): string {
  return at.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
}

/** Whether a node is a hook that runs a command of ours. */
export function isOurHandler(node: JsonNode, isOurs: Recognise): boolean {
  const command = nodeAt(node, ['command']);
  return command?.type === 'string' && isOurs(String(command.value));
}

// Both shapes are looked for in both kinds of file: ours may once have been written in the other.
function findInEntry(event: string, entry: number, node: JsonNode, isOurs: Recognise): Found[] {
  const value = valueOf(node);
  if (isOurHandler(node, isOurs)) return [{ event, entry, handler: undefined, whole: true, value }];
  const handlers = nodeAt(node, ['hooks']);
  if (handlers?.type !== 'array') return [];
  const mine = handlers.members.map((member) => isOurHandler(member.value, isOurs));
  const whole = mine.every(Boolean);
  return mine.flatMap((ours, handler) => (ours ? [{ event, entry, handler, whole, value }] : []));
}

/** Every hook of ours, in the order of the text. */
function findOurs({ root }: JsonDocument, isOurs: Recognise): Found[] {
  const hooks = nodeAt(root, ['hooks']);
  if (hooks?.type !== 'object') return [];
  return hooks.members.flatMap(({ key: event = '', value: entries }) =>
    // Of an event that is there twice the last counts, and only that one can be reached by its path.
    entries.type === 'array' && nodeAt(hooks, [event]) === entries
      ? entries.members.flatMap((member, entry) => findInEntry(event, entry, member.value, isOurs))
      : [],
  );
}

/** Whether a document holds a hook of ours. */
export function hasHookEntries(document: JsonDocument, isOurs: Recognise): boolean {
  return findOurs(document, isOurs).length > 0;
}

/**
 * The place to cut at in order to take a value out together with each container that this leaves empty; `stays` tells
 * the containers that are to be left even so.
 */
export function cutPlace(root: JsonNode, at: JsonPath, stays: (container: JsonPath) => boolean): JsonPath {
  const parent = at.slice(0, -1);
  const holder = nodeAt(root, parent);
  const alone = holder !== undefined && membersOf(holder).length === 1;
  return alone && parent.length > 0 && !stays(parent) ? cutPlace(root, parent, stays) : at;
}

/** Takes one hook out, and each container that this leaves empty and that was not there, empty, before us. */
function removeFound(document: JsonDocument, found: Found, emptied: JsonUndo['emptied']): JsonDocument {
  const entry: JsonPath = ['hooks', found.event, found.entry];
  const handlers = nodeAt(document.root, [...entry, 'hooks']);
  // With its last handler gone, all of a group goes.
  const whole = found.handler === undefined || (handlers !== undefined && membersOf(handlers).length === 1);
  const start = whole ? entry : [...entry, 'hooks', found.handler ?? 0];
  const at = cutPlace(document.root, start, (container) => Object.hasOwn(emptied, pointerOf(container)));
  return removeValue(document, at, emptied[pointerOf(at.slice(0, -1))]);
}

/** Takes all hooks of ours out, last first, so that the places of the others hold. */
export function removeHookEntries(document: JsonDocument, isOurs: Recognise, undo: JsonUndo): JsonDocument {
  return findOurs(document, isOurs)
    .toReversed()
    .reduce((left, found) => removeFound(left, found, undo.emptied), document);
}

/** `appendValue`, with what an empty container held noted for the undo. */
export function appendNoted(
  { document, undo }: WiredDocument,
  at: JsonPath,
  key: string | undefined,
  value: JsonValue,
): WiredDocument {
  const { inner, document: next } = appendValue(document, at, key, value);
  if (inner === undefined) return { document: next, undo };
  return { document: next, undo: { ...undo, emptied: { ...undo.emptied, [pointerOf(at)]: inner } } };
}

function addEntries(wired: WiredDocument, missing: Events): WiredDocument {
  const { root } = wired.document;
  const entries = Object.entries(missing);
  if (entries.length === 0) return wired;
  if (nodeAt(root, ['hooks']) === undefined)
    return appendNoted(wired, [], 'hooks', Object.fromEntries(entries.map(([event, entry]) => [event, [entry]])));
  return entries.reduce(
    (done, [event, entry]) =>
      nodeAt(root, ['hooks', event]) === undefined
        ? appendNoted(done, ['hooks'], event, [entry])
        : appendNoted(done, ['hooks', event], undefined, entry),
    wired,
  );
}

/** For each wanted event the one entry of ours that stays: the one that is right already, else the first of an older form. */
function choose(found: readonly Found[], wanted: Events): Map<string, Found> {
  const chosen = new Map<string, Found>();
  for (const [event, entry] of Object.entries(wanted)) {
    const whole = found.filter((one) => one.event === event && one.whole);
    const one = whole.find(({ value }) => isDeepStrictEqual(value, entry)) ?? whole[0];
    if (one !== undefined) chosen.set(event, one);
  }
  return chosen;
}

/**
 * A document with exactly the wanted hooks of ours: those that are right stay, those of an older form are replaced
 * where they stand, the rest is appended (never put before the user's own: some programs know a hook by its position).
 */
export function setHookEntries(wired: WiredDocument, wanted: Events, isOurs: Recognise): WiredDocument {
  const found = findOurs(wired.document, isOurs);
  const chosen = choose(found, wanted);
  let { document } = wired;
  for (const [event, { entry, value }] of chosen) {
    const right = wanted[event];
    if (right !== undefined && !isDeepStrictEqual(value, right))
      document = replaceValue(document, ['hooks', event, entry], right);
  }
  // An entry that was kept or replaced has one hook of ours, so what else of ours it held is gone with it.
  const surplus = found.filter(({ event, entry }) => chosen.get(event)?.entry !== entry);
  document = surplus.toReversed().reduce((left, one) => removeFound(left, one, wired.undo.emptied), document);
  const missing = Object.fromEntries(Object.entries(wanted).filter(([event]) => !chosen.has(event)));
  return addEntries({ ...wired, document }, missing);
}
