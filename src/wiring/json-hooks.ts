import { isDeepStrictEqual } from 'node:util';
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import { appendValue, parseJson, removeValue, repeatedKey, replaceValue, type JsonPath } from './json-edit.ts';

/** One hook as a runtime's settings hold it. A type, not an interface: it is also a JSON value. */
type Handler = { readonly type: 'command'; readonly command: string; readonly timeout: number };

/** Hooks that fire together; `matcher` is absent where the event has none. */
export type HookGroup = { readonly matcher?: string; readonly hooks: readonly Handler[] };

/** Event name -> our group for it. */
export type Wanted = Readonly<Record<string, HookGroup>>;

/** What an object or array held between its brackets before our first value came in, by its path: only those that were empty. */
export type Emptied = Readonly<Record<string, string>>;

/** A settings text after an edit, and what is needed to undo the edit to the byte. */
export interface Wired {
  readonly text: string;
  readonly emptied: Emptied;
}

type Recognise = (command: string) => boolean;

interface Found {
  readonly event: string;
  readonly group: number;
  readonly handler: number;
  /** Whether the group holds nothing but ours, so that it can be replaced or taken out as a whole. */
  readonly whole: boolean;
  readonly value: unknown;
}

const keyOf = (at: JsonPath): string => at.join('/');

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function handlerFault(handler: unknown): string | undefined {
  if (!isObject(handler)) return 'an entry of `hooks` that is no object';
  if (typeof handler['type'] !== 'string') return 'a hook without a `type`';
  if (handler['type'] === 'command' && typeof handler['command'] !== 'string')
    return 'a command hook without a `command`';
  const timeout = handler['timeout'];
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
    return 'a `timeout` that is no number above 0';
  return undefined;
}

function groupFault(group: unknown): string | undefined {
  if (!isObject(group)) return 'a group that is no object';
  if (!Array.isArray(group['hooks'])) return 'a group without a list `hooks`';
  return group['hooks'].map(handlerFault).find((fault) => fault !== undefined);
}

/**
 * What is wrong with the hooks of a settings file, or `undefined`. A runtime may drop the whole file for any of these
 * (Claude Code 2.1.197 does, silently), so hooks added to such a file would never fire.
 */
export function hooksFault(root: Node): string | undefined {
  if (root.type !== 'object') return `it holds ${root.type === 'array' ? 'a list' : `a ${root.type}`}, not an object`;
  const twice = repeatedKey(root);
  if (twice !== undefined) return `it has the key ${JSON.stringify(twice)} twice`;
  const hooks = findNodeAtLocation(root, ['hooks']);
  if (hooks === undefined) return undefined;
  if (hooks.type !== 'object') return '`hooks` is not an object of events';
  const event = repeatedKey(hooks);
  if (event !== undefined) return `\`hooks\` has the event ${JSON.stringify(event)} twice`;
  for (const [name, groups] of Object.entries<unknown>(getNodeValue(hooks))) {
    const fault = Array.isArray(groups)
      ? groups.map(groupFault).find((found) => found !== undefined)
      : 'no list of groups';
    if (fault !== undefined) return `\`hooks.${name}\` has ${fault}`;
  }
  return undefined;
}

/** Every hook of ours in a settings text that `hooksFault` found nothing wrong with, in file order. */
function findOurs(text: string, isOurs: Recognise): Found[] {
  const hooks = findNodeAtLocation(parseJson(text), ['hooks']);
  if (hooks === undefined) return [];
  return Object.entries<{ hooks: { command?: unknown }[] }[]>(getNodeValue(hooks)).flatMap(([event, groups]) =>
    groups.flatMap((value, group) => {
      const mine = value.hooks.map((handler) => typeof handler.command === 'string' && isOurs(handler.command));
      const whole = mine.every(Boolean);
      return mine.flatMap((ours, handler) => (ours ? [{ event, group, handler, whole, value }] : []));
    }),
  );
}

/** Whether a settings text holds a hook of ours. */
export function hasHooks(text: string, isOurs: Recognise): boolean {
  return findOurs(text, isOurs).length > 0;
}

/** Takes one hook out, then each container that this leaves empty and that was not there, empty, before us. */
function removeHook(text: string, found: Found, emptied: Emptied): string {
  let at: JsonPath = ['hooks', found.event, found.group, 'hooks', found.handler];
  let left = text;
  for (;;) {
    const parent: JsonPath = at.slice(0, -1);
    left = removeValue(left, at, emptied[keyOf(parent)]);
    const rest = findNodeAtLocation(parseJson(left), [...parent]);
    if (parent.length === 0 || (rest?.children ?? []).length > 0 || Object.hasOwn(emptied, keyOf(parent))) return left;
    // hooks / event / group / hooks: with its last hook gone, all of the group goes.
    at = parent.length === 4 ? parent.slice(0, 3) : parent;
  }
}

/** Settings with each of our hooks taken out; anything else stays to the byte. */
export function unwireHooks(text: string, isOurs: Recognise, emptied: Emptied = {}): string {
  // From the end, so that what is still to be taken out keeps its place.
  return findOurs(text, isOurs)
    .toReversed()
    .reduce((left, found) => removeHook(left, found, emptied), text);
}

function append(wired: Wired, at: JsonPath, key: string | undefined, value: Parameters<typeof appendValue>[3]): Wired {
  const { text, inner } = appendValue(wired.text, at, key, value);
  return { text, emptied: inner === undefined ? wired.emptied : { ...wired.emptied, [keyOf(at)]: inner } };
}

function addGroups(wired: Wired, missing: Wanted): Wired {
  const root = parseJson(wired.text);
  if (Object.keys(missing).length === 0) return wired;
  if (findNodeAtLocation(root, ['hooks']) === undefined) {
    return append(
      wired,
      [],
      'hooks',
      Object.fromEntries(Object.entries(missing).map(([event, group]) => [event, [group]])),
    );
  }
  return Object.entries(missing).reduce(
    (done, [event, group]) =>
      findNodeAtLocation(root, ['hooks', event]) === undefined
        ? append(done, ['hooks'], event, [group])
        : append(done, ['hooks', event], undefined, group),
    wired,
  );
}

/**
 * Settings with exactly the wanted hooks of ours: those that are right stay, those of an older form are replaced where
 * they stand, the rest is appended (never put before the user's own: some runtimes know a hook by its position).
 * `emptied` is that of an earlier call, whose hooks are still in the text.
 */
export function wireHooks(text: string, wanted: Wanted, isOurs: Recognise, emptied: Emptied = {}): Wired {
  const found = findOurs(text, isOurs);
  const taken = new Map<string, Found>();
  const take = (suits: (one: Found, group: HookGroup) => boolean): void => {
    for (const [event, group] of Object.entries(wanted)) {
      const one = found.find((candidate) => candidate.event === event && candidate.whole && suits(candidate, group));
      if (one !== undefined && !taken.has(event)) taken.set(event, one);
    }
  };
  take((one, group) => isDeepStrictEqual(one.value, group));
  take(() => true);
  let edited = text;
  for (const [event, one] of taken) {
    if (isDeepStrictEqual(one.value, wanted[event])) continue;
    const group = wanted[event];
    if (group !== undefined) edited = replaceValue(edited, ['hooks', event, one.group], group);
  }
  // A replaced group has one hook of ours, so what else it held is gone with it.
  const kept = new Set([...taken.values()].map((one) => `${one.event}/${one.group}`));
  const surplus = found.filter((one) => !kept.has(`${one.event}/${one.group}`));
  edited = surplus.toReversed().reduce((left, one) => removeHook(left, one, emptied), edited);
  const missing = Object.fromEntries(Object.entries(wanted).filter(([event]) => !taken.has(event)));
  return addGroups({ text: edited, emptied }, missing);
}
