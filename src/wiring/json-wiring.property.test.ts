import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendValue } from './json-edit.ts';
import { jsonText, settingsOf, type Settings } from './json-text-arbitrary.ts';
import { parseJson, valueOf, type JsonDocument } from './json-tree.ts';
import { jsonFault, unwireJson, wireJson } from './json-wiring.ts';
import type { HookShape, JsonDialect, JsonPath, JsonValue, JsonWanted } from './wanted.ts';

const dialects: JsonDialect[] = ['json', 'jsonc', 'json5'];
const command = (event: string): string => `'/home/ann/snappy-os/state/hooks/snappy-os-inject.sh' ${event}`;
const isOurs = (text: string): boolean => text.includes('/state/hooks/snappy-os-inject.sh');

const values: NonNullable<JsonWanted['values']> = [
  { at: ['version'], value: 1 },
  { at: ['plugins', 'entries', 'snappy'], value: { enabled: true, hooks: { allowConversationAccess: true } } },
  { at: ['context', 'includeDirectories'], element: '/home/ann/snappy-os' },
];
const entryOf = (shape: HookShape, event: string) =>
  shape === 'list'
    ? { command: command(event) }
    : { hooks: [{ type: 'command', command: command(event), timeout: 10 }] };
const wantedOf = (shape: HookShape): JsonWanted => ({
  values,
  hooks: {
    shape,
    events: {
      UserPromptSubmit: entryOf(shape, 'prompt'),
      PostToolUse: { matcher: 'Edit|Write', ...entryOf(shape, 'edit') },
      Stop: entryOf(shape, 'stop'),
    },
  },
});

interface Known {
  readonly hooks?: Readonly<Record<string, readonly JsonValue[]>>;
  readonly plugins?: { readonly entries?: Settings };
  readonly context?: { readonly includeDirectories?: readonly JsonValue[] };
}

/** What the settings say once they are wired, said in plain objects. */
function withOurs(was: Settings, wanted: JsonWanted): unknown {
  const { hooks = {}, plugins = {}, context = {}, ...rest } = was as Known;
  const { entries = {} } = plugins;
  const ours = Object.entries(wanted.hooks?.events ?? {});
  return {
    ...rest,
    version: 1,
    plugins: {
      ...plugins,
      entries: { ...entries, snappy: { enabled: true, hooks: { allowConversationAccess: true } } },
    },
    context: {
      ...context,
      includeDirectories: [...new Set([...(context.includeDirectories ?? []), '/home/ann/snappy-os'])],
    },
    hooks: { ...hooks, ...Object.fromEntries(ours.map(([event, entry]) => [event, [...(hooks[event] ?? []), entry]])) },
  };
}

const commentsOf = ({ text, comments }: JsonDocument): string[] =>
  comments.map(({ offset, end }) => text.slice(offset, end));

/** Whether all of a text but white space is in another, in the same order. */
function isWithin(text: string, longer: string): boolean {
  const kept = text.replaceAll(/\s/g, '');
  let at = 0;
  for (const unit of longer.split('')) if (unit === kept[at]) at += 1;
  return at === kept.length;
}

const cases = dialects.flatMap((dialect) => (['groups', 'list'] as const).map((shape) => ({ dialect, shape })));

type Branch = { [key: string]: Branch | Branch[] };

/** Where others put something of theirs: a property, or an element of a list. */
const theirPlaces: [JsonPath, string | undefined][] = [
  [[], 'theirs'],
  [['hooks'], 'theirs'],
  [['hooks', 'Stop'], undefined],
  [['plugins', 'entries'], 'theirs'],
  [['context', 'includeDirectories'], undefined],
];

/** The settings with an empty list of theirs in some places, said in plain objects. */
function withTheirs(was: Settings, places: typeof theirPlaces): unknown {
  const now = structuredClone(was) as Branch;
  for (const [at, key] of places) {
    let branch: Branch = now;
    for (const part of key === undefined ? at.slice(0, -1) : at) branch = (branch[part] ??= {}) as Branch;
    const list = String(at.at(-1));
    if (key === undefined) branch[list] = [...((branch[list] ?? []) as Branch[]), [] as unknown as Branch];
    else branch[key] = [];
  }
  return now;
}

describe.each(cases)('on $dialect with $shape, of any content and layout', ({ dialect, shape }) => {
  const wanted = wantedOf(shape);
  const settings = jsonText(dialect, settingsOf(shape));
  const read = (text: string): JsonValue => valueOf(parseJson(text, dialect).root);

  test('wired once or twice is the same, changes nothing but ours, and taken out again it is the same bytes', () => {
    fc.assert(
      fc.property(settings, ({ text, value }) => {
        const before = parseJson(text, dialect);
        expect(valueOf(before.root)).toEqual(value);
        expect(jsonFault(before.root, wanted)).toBeUndefined();
        const once = wireJson(text, dialect, wanted, isOurs);
        expect(wireJson(once.text, dialect, wanted, isOurs, once.undo)).toEqual(once);
        const after = parseJson(once.text, dialect);
        expect(valueOf(after.root)).toEqual(withOurs(value, wanted));
        expect(commentsOf(after)).toEqual(commentsOf(before));
        expect(isWithin(text, once.text)).toBe(true);
        expect(unwireJson(once.text, dialect, wanted, isOurs, once.undo)).toBe(text);
        // Some programs write their settings anew, in a layout of their own and without the comments.
        const anew = JSON.stringify(valueOf(after.root));
        expect(read(unwireJson(anew, dialect, wanted, isOurs, once.undo))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('what others add after ours stays when ours goes', () => {
    fc.assert(
      fc.property(settings, fc.subarray(theirPlaces, { minLength: 1 }), ({ text, value }, places) => {
        const once = wireJson(text, dialect, wanted, isOurs);
        const more = places.reduce(
          (document, [at, key]) => appendValue(document, at, key, []).document,
          parseJson(once.text, dialect),
        );
        const left = unwireJson(more.text, dialect, wanted, isOurs, once.undo);
        expect(read(left)).toEqual(withTheirs(value, places));
        expect(commentsOf(parseJson(left, dialect))).toEqual(commentsOf(parseJson(text, dialect)));
      }),
      { numRuns: 250 },
    );
  });
});
