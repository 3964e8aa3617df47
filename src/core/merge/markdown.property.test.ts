import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeMarkdown } from './markdown.ts';
import { applyEdits, baseLoader, edits, factsIn } from './test-loaders.ts';
import { putTogether, takeApart } from './text-parts.ts';

const three = fc.tuple(baseLoader, edits(4), edits(4), edits(4)).map(([base, one, two, last]) => ({
  base,
  x: applyEdits(base, one, 'x'),
  y: applyEdits(base, two, 'y'),
  z: applyEdits(base, last, 'z'),
}));

const textOf = (base: string, x: string, y: string): string => mergeMarkdown(base, x, y).text;

test('the sides are equal, and what is unchanged or the same changes nothing', () => {
  fc.assert(
    fc.property(three, ({ base, x, y }) => {
      const merged = textOf(base, x, y);
      expect(textOf(base, y, x)).toBe(merged);
      expect(textOf(base, x, x)).toBe(x);
      expect(textOf(base, base, x)).toBe(x);
      expect(textOf(base, x, base)).toBe(x);
      expect(textOf(base, merged, x)).toBe(merged);
      expect(textOf(base, merged, y)).toBe(merged);
    }),
    { numRuns: 3_000 },
  );
});

test('three sides of one base come out the same to the byte in whatever order they are merged', () => {
  fc.assert(
    fc.property(three, ({ base, x, y, z }) => {
      const all = textOf(base, textOf(base, x, y), z);
      expect(textOf(base, x, textOf(base, y, z))).toBe(all);
      expect(textOf(base, textOf(base, x, z), y)).toBe(all);
    }),
    { numRuns: 5_000 },
  );
});

/** What is to come out, found without any knowledge of Markdown: a set for each fact of the base, and what is new. */
function oracle(base: string, x: string, y: string): { readonly live: string[]; readonly lost: string[] } {
  const words = (line: string): string =>
    / v|\| yes/.exec(line)?.index === undefined ? line : line.replace(/ v.*$| \| yes \|$/, '');
  const versions = (text: string): Map<string, string> => new Map(factsIn(text).map((line) => [words(line), line]));
  const [b, left, right] = [versions(base), versions(x), versions(y)];
  const live: string[] = [];
  const lost: string[] = [];
  for (const key of new Set([...b.keys(), ...left.keys(), ...right.keys()])) {
    const [was, ours, theirs] = [b.get(key), left.get(key), right.get(key)];
    const changed = [...new Set([ours, theirs])]
      .filter((line): line is string => line !== undefined && line !== was)
      .toSorted();
    const winner = changed.at(-1);
    if (winner !== undefined) live.push(winner);
    else if (was !== undefined && ours === was && theirs === was) live.push(was);
    lost.push(...changed.slice(0, -1));
  }
  return { live: live.toSorted(), lost: lost.toSorted() };
}

test('each fact is where a plain oracle says: live, lost against another version, or gone', () => {
  fc.assert(
    fc.property(three, ({ base, x, y }) => {
      const { text, conflicts } = mergeMarkdown(base, x, y);
      const expected = oracle(base, x, y);
      expect(factsIn(text)).toEqual(expected.live);
      expect(conflicts.map(({ lost }) => lost).toSorted()).toEqual(expected.lost);
    }),
    { numRuns: 5_000 },
  );
});

const word = fc.constantFrom('alpha', 'beta', 'gamma');
const anyLine = fc.oneof(
  word,
  word.map((text) => `- ${text}`),
  word.map((text) => `  - ${text}`),
  word.map((text) => `## ${text}`),
  word.map((text) => `| ${text} | x |`),
  word.map((text) => `1. ${text}`),
  word.map((text) => `${text}: x`),
  fc.constantFrom('', '', '---', '```', '```sh', '| --- | --- |', '<!-- x -->', '> y', '===', '    code', '\r'),
);
const anyText = fc.array(anyLine, { maxLength: 12 }).map((lines) => lines.join('\n'));

test('whatever the text is, the sides are equal and no line that one side has added is lost', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (base, x, y) => {
      const { text, conflicts } = mergeMarkdown(base, x, y);
      expect(mergeMarkdown(base, y, x).text).toBe(text);
      const bare = (line: string): string => line.trim().replace(/^\d+\./, '1.');
      const left = new Set(
        [text, ...conflicts.map(({ lost }) => lost)].flatMap((part) => part.split(/\r?\n/).map(bare)),
      );
      const before = new Set(base.split(/\r?\n/).map(bare));
      const added = `${x}\n${y}`.split(/\r?\n/).map(bare);
      // Fences and rules are no lines of anybody's: they go with what they are around.
      const isText = (line: string): boolean => /[^-`\s]/.test(line);
      const missing = added.filter((line) => isText(line) && !before.has(line) && !left.has(line));
      expect(missing).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});

test('a text that is taken apart and put together is the same text', () => {
  const folders = ['seed/state/skills', 'docs', 'docs/decisions'].map((folder) =>
    path.resolve(import.meta.dirname, '../../..', folder),
  );
  const files = folders.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => path.join(folder, file)),
  );
  expect(files.length).toBeGreaterThan(40);
  for (const file of files) {
    const text = fs.readFileSync(file, 'utf8');
    const { frontmatter, body, ...rest } = takeApart(text);
    const settled = (units: typeof body): Parameters<typeof putTogether>[0]['body'] =>
      units.map((unit, at) => ({ unit, number: unit.number, before: at === 0 ? 0 : (unit.before ?? 0) }));
    const again = putTogether({ ...rest, frontmatter: frontmatter && settled(frontmatter), body: settled(body) });
    expect(again, file).toBe(text);
  }
});
