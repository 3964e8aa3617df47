import { isDeepStrictEqual } from 'node:util';
import { removeValue, replaceValue } from './json-edit.ts';
import { appendNoted, cutPlace, pointerOf, type WiredDocument } from './json-hook-entries.ts';
import {
  JsonSyntaxError,
  membersOf,
  nodeAt,
  parseJson,
  valueOf,
  type JsonDocument,
  type JsonNode,
} from './json-tree.ts';
import type { JsonPath, JsonUndo, JsonValue, WantedValue } from './wanted.ts';

/** A property of this name is ours whatever it holds, as a hook is that runs our command. */
const ourName = 'snappy';

const isNamedOurs = ({ at }: WantedValue): boolean => at.at(-1) === ourName;

/** The containers that a value lies in, outermost first, without the root. For an element its list is one of them. */
function containersOf(wanted: WantedValue): JsonPath[] {
  const depth = 'element' in wanted ? wanted.at.length : wanted.at.length - 1;
  return Array.from({ length: depth }, (_, index) => wanted.at.slice(0, index + 1));
}

/** How the record names a value that was added: its path, and for an element of a list also what it is. */
function nameOf(wanted: WantedValue): string {
  return 'element' in wanted ? `${pointerOf(wanted.at)}/=${JSON.stringify(wanted.element)}` : pointerOf(wanted.at);
}

/** The path of the property or element that is equal to the wanted one. */
function placeOf(root: JsonNode, wanted: WantedValue): JsonPath | undefined {
  const node = nodeAt(root, wanted.at);
  if (node === undefined) return undefined;
  if (!('element' in wanted)) return isDeepStrictEqual(valueOf(node), wanted.value) ? wanted.at : undefined;
  const index = membersOf(node).findLastIndex((member) => isDeepStrictEqual(valueOf(member.value), wanted.element));
  return index < 0 ? undefined : [...wanted.at, index];
}

/** Where the value of ours is that stands for the wanted one, right or in an older form. */
export function ourPlace(root: JsonNode, wanted: WantedValue): JsonPath | undefined {
  return isNamedOurs(wanted) && nodeAt(root, wanted.at) !== undefined ? wanted.at : placeOf(root, wanted);
}

const describeNode = (node: JsonNode): string =>
  node.type === 'array' ? 'a list' : node.type === 'object' ? 'an object' : `a ${node.type}`;

/** Why a wanted value cannot be put where it belongs, or `undefined`. */
export function valueFault(root: JsonNode, wanted: WantedValue): string | undefined {
  for (const at of containersOf(wanted)) {
    const node = nodeAt(root, at);
    if (node === undefined) return undefined;
    const type = 'element' in wanted && at.length === wanted.at.length ? 'array' : 'object';
    if (node.type !== type)
      return `\`${at.join('.')}\` is ${describeNode(node)}, not ${type === 'array' ? 'a list' : 'an object'}`;
  }
  const node = nodeAt(root, wanted.at);
  if ('element' in wanted || node === undefined || ourPlace(root, wanted) !== undefined) return undefined;
  const found = membersOf(node).length > 0 ? describeNode(node) : JSON.stringify(valueOf(node));
  return `\`${wanted.at.join('.')}\` is ${found} and would have to be ${JSON.stringify(wanted.value)}`;
}

function addValue(wired: WiredDocument, wanted: WantedValue): WiredDocument {
  const containers = containersOf(wanted);
  const there = containers.findLast((at) => nodeAt(wired.document.root, at) !== undefined) ?? [];
  const leaf: JsonValue = 'element' in wanted ? [wanted.element] : wanted.value;
  const [key, ...below] = wanted.at.slice(there.length).map(String);
  const value = below.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), leaf);
  // No name is left where the list is there: the element is added to it.
  const done =
    key === undefined && 'element' in wanted
      ? appendNoted(wired, there, undefined, wanted.element)
      : appendNoted(wired, there, key, value);
  const made = containers.slice(there.length).map(pointerOf);
  const added = [...new Set([...done.undo.added, ...made, nameOf(wanted)])];
  return { document: done.document, undo: { ...done.undo, added } };
}

/** Whether an element is wanted only in a list that holds others, and there is none. */
function isUncalledFor(root: JsonNode, wanted: WantedValue): boolean {
  if (!('element' in wanted) || wanted.ifListed !== true) return false;
  const list = nodeAt(root, wanted.at);
  return list === undefined || membersOf(list).length === 0;
}

/** A document with the wanted value in it. What was there and is equal stays, and is not noted as ours. */
export function setValue(wired: WiredDocument, wanted: WantedValue): WiredDocument {
  const { document, undo } = wired;
  const place = ourPlace(document.root, wanted);
  if (place === undefined) return isUncalledFor(document.root, wanted) ? wired : addValue(wired, wanted);
  if ('element' in wanted || placeOf(document.root, wanted) !== undefined) return wired;
  return { document: replaceValue(document, place, wanted.value), undo };
}

/**
 * A document without the wanted value: taken out if it was added (`undo.added`) and is still as it was, or has our
 * name. Without a record only what has our name is known to be ours.
 */
export function removeWanted(document: JsonDocument, wanted: WantedValue, undo: JsonUndo | undefined): JsonDocument {
  const place = ourPlace(document.root, wanted);
  const ours = isNamedOurs(wanted) || undo?.added.includes(nameOf(wanted)) === true;
  if (place === undefined || !ours) return document;
  // Containers that were made for it go with it; without a record, all that it leaves empty.
  const at = cutPlace(document.root, place, (container) => undo?.added.includes(pointerOf(container)) === false);
  return removeValue(document, at, undo?.emptied[pointerOf(at.slice(0, -1))]);
}

/** The element that a record names; `undefined` where the record is damaged. */
function elementOf(json: string): JsonValue | undefined {
  try {
    return valueOf(parseJson(json, 'json').root);
  } catch (cause) {
    if (cause instanceof JsonSyntaxError) return undefined;
    throw cause;
  }
}

/** Elements that an earlier call added to a list and that are no longer wanted in it, as when the tree has moved. */
export function staleElements(
  values: readonly WantedValue[],
  undo: JsonUndo,
): readonly { readonly name: string; readonly value: WantedValue }[] {
  const current = new Set(values.map(nameOf));
  const lists = values.filter((value) => 'element' in value).map(({ at }) => at);
  return undo.added.flatMap((name) => {
    if (current.has(name)) return [];
    const at = lists.find((list) => name.startsWith(`${pointerOf(list)}/=`));
    const element = at === undefined ? undefined : elementOf(name.slice(pointerOf(at).length + 2));
    return at === undefined || element === undefined ? [] : [{ name, value: { at, element } }];
  });
}
