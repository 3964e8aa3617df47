import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pullDocument } from '../wire/messages.ts';
import { readPullDocument } from './fetch-pull-document.ts';
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
  frames: [{ codec: 'zstd', size: 5, rawSize: 2, range: 0, at: 7 }],
  ranges: [{ url: 'https://store.test/x', at: 7, size: 5 }],
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
