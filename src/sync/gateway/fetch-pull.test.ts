import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pullDocument } from '../wire/messages.ts';
import { readPullDocument } from './fetch-pull-document.ts';
import { coalesce } from './fetch-pull-ranges.ts';
import { inTurns } from './fetch-pull-wanted.ts';

const hash = 'ab'.repeat(32);
const head = {
  repo: 'os',
  tier: 'private:0123456789ab',
  rev: 3,
  digest: hash,
  files: 1,
  bytes: 2,
  issued: '2026-11-01T12:00:00.000Z',
  expires: '2026-11-01T12:10:00Z',
  signature: 'A'.repeat(86),
};
const honest = {
  repo: 'os',
  tenant: '0123456789ab',
  tiers: [
    {
      tier: 'private',
      head,
      full: false,
      writable: true,
      files: [
        { path: 'state/a.md', sha256: hash, size: 2, exec: false, frame: 0, at: 0 },
        { path: 'state/b.md', sha256: hash, size: 9, exec: true },
      ],
      gone: ['state/c.md'],
    },
  ],
  frames: [{ codec: 'zstd', size: 5, rawSize: 2, pack: 0, at: 7 }],
  packs: [{ url: 'https://store.test/x' }],
};

/** The same by a schema, and by hand: taken as it is, or refused. */
function both(value: unknown): readonly [schema: boolean, hand: boolean] {
  const schema = pullDocument.safeParse(value);
  try {
    expect(readPullDocument(value)).toEqual(schema.data);
    return [schema.success, true];
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return [schema.success, false];
  }
}

describe('the document of a pull, read by hand', () => {
  test('is what the schema says', () => {
    expect(both(honest)).toEqual([true, true]);
  });

  test('is taken with fields that a newer gateway adds, anywhere in it', () => {
    const added = JSON.parse(JSON.stringify(honest).replaceAll('{', '{"added":{"x":1},')) as unknown;
    expect(both(added)).toEqual([true, true]);
    expect(readPullDocument(added)).toEqual(honest);
  });

  test('is refused where the schema refuses it, whatever was changed in it', () => {
    const places: (string | number)[][] = [];
    const walk = (value: unknown, at: (string | number)[]): void => {
      places.push(at);
      if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value)) walk(inner, [...at, key]);
    };
    walk(honest, []);
    const strange = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        'os',
        'kernel',
        'team:acme',
        'team:',
        '',
        0,
        -1,
        1.5,
        2 ** 53,
        null,
        [],
        {},
        'zstd',
        hash,
        '\n',
      ),
      fc.string({ maxLength: 600 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), strange, fc.boolean(), (place, value, adds) => {
        const copy = structuredClone({ root: honest }) as Record<string, unknown>;
        let at: Record<string, unknown> = copy;
        const keys = ['root', ...place.map(String)];
        for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
        at[`${keys.at(-1) ?? ''}${adds ? 'x' : ''}`] = value;
        const [schema, hand] = both(copy['root']);
        expect(hand).toBe(schema);
      }),
      { numRuns: 400 },
    );
  });
});

test('frames that lie near each other are fetched at once, and no request is too large', () => {
  const frame = (pack: number, at: number, size: number): Parameters<typeof coalesce>[0][number] => ({
    frame: { codec: 'gzip', size, rawSize: size, pack, at },
    files: [],
  });
  const ranges = (...given: Parameters<typeof coalesce>[0]): string[] =>
    coalesce(given).map(({ pack, at, end, frames }) => `${pack}: ${at}-${end} ${frames.length}`);
  expect(ranges(frame(0, 100, 50), frame(0, 0, 100), frame(1, 150, 10))).toEqual(['0: 0-150 2', '1: 150-160 1']);
  expect(ranges(frame(0, 0, 10), frame(0, 5_000, 10), frame(0, 50_000, 10))).toEqual([
    '0: 0-5010 2',
    '0: 50000-50010 1',
  ]);
  const million = 1_000_000;
  const nine = Array.from({ length: 9 }, (_, n) => frame(0, n * million, million));
  expect(ranges(...nine)).toEqual(['0: 0-8000000 8', '0: 8000000-9000000 1']);
  // Two that lie upon each other, as nobody honest would say.
  expect(ranges(frame(0, 0, 100), frame(0, 50, 100))).toEqual(['0: 0-100 1', '0: 50-150 1']);
});

test('work in turns is never more than it may be at once, and has ended when it throws', async () => {
  let [now, most, done] = [0, 0, 0];
  const work = async (n: number): Promise<void> => {
    most = Math.max(most, (now += 1));
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    if (n === 3) throw new Error('three');
    await new Promise((resolve) => setImmediate(resolve));
    done += 1;
  };
  await expect(inTurns([1, 2, 3, 4, 5, 6, 7, 8], 3, work)).rejects.toThrow('three');
  const ended = done;
  await new Promise((resolve) => setImmediate(resolve));
  expect([most, now, done]).toEqual([3, 0, ended]);
  expect(ended).toBeLessThan(7);
});
