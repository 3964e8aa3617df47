import { hasHookEntries, removeHookEntries, setHookEntries, type Recognise } from './json-hook-entries.ts';
import { jsonFault } from './json-faults.ts';
import { parseJson } from './json-tree.ts';
import { ourPlace, removeWanted, setValue, staleElements } from './json-values.ts';
import type { JsonDialect, JsonUndo, JsonWanted } from './wanted.ts';

export { jsonFault } from './json-faults.ts';
export type { Recognise } from './json-hook-entries.ts';

/** A settings text after an edit, and what is needed to undo the edit to the byte. */
export interface WiredJson {
  readonly text: string;
  readonly undo: JsonUndo;
}

/**
 * Settings with exactly the wanted values and hooks of ours. Those that are right stay, those of an older form are
 * replaced where they stand, surplus ones go, the rest is appended; every other byte stays. `undo` is that of an
 * earlier call whose values are still in the text. Throws `JsonSyntaxError` for a text that does not parse; that
 * `jsonFault` finds nothing wrong with it is the caller's to see to.
 */
export function wireJson(
  text: string,
  dialect: JsonDialect,
  wanted: JsonWanted,
  isOurs: Recognise,
  undo: JsonUndo = { emptied: {}, added: [] },
): WiredJson {
  const start = parseJson(text, dialect);
  const fault = jsonFault(start.root, wanted, isOurs);
  if (fault !== undefined) throw new Error(`settings with a fault must not be wired: ${fault}`);
  const { values = [], hooks } = wanted;
  const valued = values.reduce(setValue, { document: start, undo });
  const fresh = staleElements(values, undo).reduce(
    ({ document, undo: noted }, stale) => ({
      document: removeWanted(document, stale.value, noted),
      undo: { ...noted, added: noted.added.filter((name) => name !== stale.name) },
    }),
    valued,
  );
  const wired = hooks === undefined ? fresh : setHookEntries(fresh, hooks.events, isOurs);
  return { text: wired.document.text, undo: wired.undo };
}

/**
 * Settings without what `wireJson` put in: byte for byte those from before it, if nobody has edited them since, and
 * with every edit of others if somebody has. With no `undo` (a lost record) it goes by what it recognises: hooks by
 * their command, properties by our name.
 */
export function unwireJson(
  text: string,
  dialect: JsonDialect,
  wanted: JsonWanted,
  isOurs: Recognise,
  undo?: JsonUndo,
): string {
  const known = undo ?? { emptied: {}, added: [] };
  const { values = [], hooks } = wanted;
  const start = parseJson(text, dialect);
  const bare = hooks === undefined ? start : removeHookEntries(start, isOurs, known);
  const old = staleElements(values, known).map(({ value }) => value);
  return [...values, ...old].reduceRight((document, value) => removeWanted(document, value, undo), bare).text;
}

/** Whether a settings text that parses holds anything of ours. */
export function hasOurs(text: string, dialect: JsonDialect, wanted: JsonWanted, isOurs: Recognise): boolean {
  const document = parseJson(text, dialect);
  return (
    hasHookEntries(document, isOurs) ||
    (wanted.values ?? []).some((value) => ourPlace(document.root, value) !== undefined)
  );
}
