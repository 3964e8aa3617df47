import fc from 'fast-check';
import fs from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import type { Tier } from '../wire/names.ts';
import { TestGateway } from './test-pull-gateway.ts';
import { makeTree } from './test-pull-world.ts';

const tiers: readonly Tier[] = ['private', 'team:acme', 'public'];
const paths = ['a', 'b', 'c', 'd'].map((name) => `state/skills/${name}/AGENTS.md`);

/** A text of list items, by the numbers of its lines; `undefined` is no file. */
type Text = readonly number[] | undefined;

const lineOf = (n: number): string => `- note ${n}: ${'abcdefghij'[n % 10]?.repeat(12)} ${n * 7919}\n`;
const textOf = (lines: readonly number[]): string => lines.map(lineOf).join('');

const text: fc.Arbitrary<Text> = fc.option(
  fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
  {
    nil: undefined,
    freq: 3,
  },
);
/** What a side makes of a text: as it is, something else, nothing. Weighted, so that one side alone often changes a file. */
const edit = fc.oneof({ weight: 3, arbitrary: fc.constant('same' as const) }, { weight: 2, arbitrary: text });
const history = fc.array(fc.record({ first: text, second: edit }), {
  minLength: paths.length,
  maxLength: paths.length,
});
const world = fc.record({
  tiers: fc.tuple(history, history, history),
  local: fc.array(edit, { minLength: paths.length, maxLength: paths.length }),
});

const joined = (value: Text): string | undefined => (value === undefined ? undefined : textOf(value));
const linesOf = (value: string | undefined): string[] => (value ?? '').split('\n').filter((line) => line !== '');
const added = (value: string | undefined, base: string | undefined): string[] =>
  linesOf(value).filter((line) => !linesOf(base).includes(line));

interface Version {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Where a tier that has hidden a file gives its own up, that of the next one comes to light; but not what was removed here. */
function revealed(versions: readonly Version[], removed: string | undefined): string | undefined {
  const next = versions.find(({ after }) => after !== undefined)?.after;
  return next === removed ? undefined : next;
}

/** What is to become of one path: what is in it, or, where several changed it, which lines must be somewhere. */
function expected(
  here: string | undefined,
  versions: readonly Version[],
): { readonly text?: string | undefined; readonly lines?: readonly string[]; readonly isGone: boolean } {
  const origin = versions.find(({ before }) => before !== undefined)?.before;
  let now = here;
  let lines: string[] | undefined;
  let isShadowed = false;
  for (const [at, { before, after }] of versions.entries()) {
    const base = before ?? origin;
    const isNews = before !== after && !(isShadowed && (before === undefined || after === undefined));
    if (isNews && lines === undefined) {
      const next = after ?? revealed(versions.slice(at + 1), now === undefined ? base : undefined);
      if (now === base || now === undefined) now = next;
      else if (after !== undefined && after !== now && after !== base)
        lines = [...added(now, base), ...added(after, base)];
    } else if (isNews) lines?.push(...added(after, base));
    isShadowed ||= after !== undefined;
  }
  if (lines === undefined) return { text: now, isGone: now === undefined };
  // What one side has added another one may have had before, and removed.
  const removed = new Set(
    [...versions, { before: origin, after: here }].flatMap(({ before, after }) => added(before, after)),
  );
  return { lines: lines.filter((line) => !removed.has(line)), isGone: false };
}

const gateways: TestGateway[] = [];
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
});

test('whatever several tiers and a person have changed, each file is as it should be, and no line is lost', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const gateway = new TestGateway();
      gateways.push(gateway);
      const tree = makeTree(gateway, await gateway.listen());
      try {
        const versions = paths.map((_, at) =>
          given.tiers.map((rows): Version => {
            const { first, second } = rows[at] ?? { first: undefined, second: 'same' };
            return { before: joined(first), after: joined(second === 'same' ? first : second) };
          }),
        );
        const files = (which: keyof Version, of: number): Record<string, string> =>
          Object.fromEntries(
            paths.flatMap((file, at) => {
              const content = versions[at]?.[of]?.[which];
              return content === undefined ? [] : [[file, content]];
            }),
          );
        for (const [of, tier] of tiers.entries()) gateway.set(tier, files('before', of));
        await tree.pull();
        // The tier that counts first is what is here of a file, at first.
        for (const [at, file] of paths.entries())
          expect(tree.read(file)).toBe(versions[at]?.find(({ before }) => before !== undefined)?.before);
        for (const [at, file] of paths.entries()) {
          const change = given.local[at];
          if (change === 'same') continue;
          if (change !== undefined) tree.write(file, textOf(change));
          else if (tree.read(file) !== undefined) tree.remove(file);
        }
        const here = paths.map((file) => tree.read(file));
        for (const [of, tier] of tiers.entries()) gateway.set(tier, files('after', of));
        await tree.pull();
        const everything = Object.values(tree.files()).join('\n');
        for (const [at, file] of paths.entries()) {
          const { text: whole = tree.read(file), lines = [], isGone } = expected(here[at], versions[at] ?? []);
          expect(tree.read(file), file).toBe(isGone ? undefined : whole);
          for (const line of lines) expect(everything, file).toContain(line);
        }
        const after = tree.files();
        expect((await tree.pull()).items).toEqual([]);
        expect(tree.files()).toEqual(after);
      } finally {
        await gateway.close();
        fs.rmSync(tree.tree, { recursive: true, force: true });
      }
    }),
    { numRuns: 15 },
  );
});
