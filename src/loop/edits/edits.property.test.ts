import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { realSystem } from '../../core/system.ts';
import { blameLoader, lineOrigins } from './blame.ts';
import { makeEditsTree } from './edits-fixture.ts';
import { drainQueue, readEdits } from './queue.ts';

/** Few different lines, so that they come, go, come again, and stand twice. */
const line = fc.constantFrom(
  '- a',
  '- b',
  '- c',
  '',
  '## H',
  '| x | y |',
  '+ plus',
  '-- minus',
  '@@ -1 +1 @@',
  '\\ slash',
  'é 漢字',
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, isClosed]) => lines.join(end) + (isClosed && lines.length > 0 ? end : ''));
/** A loader after each edit; `null` while there is none. */
const history = fc.array(fc.option(text, { freq: 30 }), { minLength: 2, maxLength: 8 });

async function play(
  texts: readonly (string | null)[],
  judge: (rows: readonly EditRow[], dir: string) => Promise<void>,
): Promise<void> {
  const tree = makeEditsTree({ 'k/SKILL.md': '# k\n' });
  try {
    let last: string | null = null;
    for (const [at, now] of texts.entries()) {
      if (now !== null || last !== null) tree.put('k', 'AGENTS.md', now);
      last = now;
      await tree.notice({ session: `s${at}` });
      // A drain at any time changes nothing of what is read.
      if (at % 3 === 2) drainQueue(realSystem(), tree.dir);
    }
    await judge(readEdits(tree.dir, 'k'), tree.dir);
  } finally {
    tree.remove();
  }
}

test('the edits follow from each other, and their diffs, one after the other, give the loader as it is', async () => {
  await fc.assert(
    fc.asyncProperty(history, (texts) =>
      play(texts, async (rows) => {
        expect(rows.slice(1).map(({ before }) => before)).toEqual(rows.slice(0, -1).map(({ after }) => after));
        expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
        let replayed = texts[0] ?? '';
        for (const { changes } of rows) {
          const diff = changes.find(({ file }) => file === 'AGENTS.md')?.diff;
          if (diff === undefined || diff === null) continue;
          const patched = applyPatch(replayed, `--- a\n+++ b\n${diff}\n`, { autoConvertLineEndings: false });
          if (patched === false) throw new Error(`cannot be applied to ${JSON.stringify(replayed)}:\n${diff}`);
          replayed = patched;
        }
        expect(replayed).toBe(texts.at(-1) ?? '');
      }),
    ),
    { numRuns: 60 },
  );
});

/** The plain way: for each line, walk the versions and remember the session in which it came while it was not there. */
function oracle(texts: readonly (string | null)[]): Map<string, string> {
  const origins = new Map<string, string>();
  const countOf = (loader: string | null): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const entry of (loader ?? '').split(/\r?\n/)) counts.set(entry.trim(), (counts.get(entry.trim()) ?? 0) + 1);
    return counts;
  };
  const isThere = new Set(countOf(texts[0] ?? null).keys());
  for (const [at, now] of texts.entries()) {
    if (at === 0) continue;
    const [before, after] = [countOf(texts[at - 1] ?? null), countOf(now)];
    for (const [entry, count] of after) {
      if (entry !== '' && !before.has(entry) && !isThere.has(entry) && count > 0) origins.set(entry, `s${at}`);
    }
    isThere.clear();
    for (const entry of after.keys()) isThere.add(entry);
  }
  return origins;
}

test('blame says of each line what a plain walk over all versions says', async () => {
  const distinct = fc.uniqueArray(fc.constantFrom('- a', '- b', '- c', '- d', '## H', '| x |', '1. one'), {
    maxLength: 7,
  });
  const versions = fc.array(
    distinct.map((lines) => lines.map((entry) => `${entry}\n`).join('')),
    { minLength: 2, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(versions, (texts) =>
      play(texts, async (rows, dir) => {
        const plain = oracle(texts);
        const blame = await blameLoader(dir, 'k', new Date('2026-12-01T00:00:00Z'));
        for (const { text: entry, by } of blame?.lines ?? [])
          expect([entry, by?.session]).toEqual([entry, plain.get(entry.trim())]);
        const loader = (texts.at(-1) ?? '').split('\n');
        const found = [...lineOrigins(rows)].filter(([entry]) => loader.includes(entry));
        expect(found.map(([entry, row]) => [entry, row.session])).toEqual(
          found.map(([entry]) => [entry, plain.get(entry)]),
        );
      }),
    ),
    { numRuns: 60 },
  );
});
