import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compute } from './compute.ts';

const checksummed = { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } };
/** Nothing, what repeats, and what does not become smaller. */
const raws = [
  new Uint8Array(0),
  Buffer.alloc(300_000, 'a'),
  Buffer.from('hello, '.repeat(2_000)),
  crypto.getRandomValues(new Uint8Array(60_000)),
];

test.each([{}, checksummed])('a frame is taken whole and not without its end, with options %j', (options) => {
  for (const raw of raws) {
    const whole = zlib.zstdCompressSync(raw, options);
    expect(Buffer.from(compute.decompress('zstd', whole, raw.length)).equals(raw)).toBe(true);
    for (const cut of [1, 3, 4, 5, whole.length >> 1]) {
      if (cut >= whole.length) continue;
      expect(() => compute.decompress('zstd', whole.subarray(0, -cut), raw.length)).toThrow(/./);
    }
    expect(() => compute.decompress('zstd', Buffer.concat([whole, Buffer.alloc(1)]), raw.length)).toThrow(/./);
  }
});

test('a frame with a wrong checksum is not taken', () => {
  const whole = zlib.zstdCompressSync(Buffer.from('hello'), checksummed);
  whole[whole.length - 1] = (whole.at(-1) ?? 0) ^ 1;
  expect(() => compute.decompress('zstd', whole, 5)).toThrow(/./);
});

test('what this takes is what a client takes', () => {
  const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.boolean(),
      fc.array(mutation, { maxLength: 3 }),
      (raw, flag, wrong) => {
        const bytes = zlib.zstdCompressSync(raw, flag ? checksummed : {});
        for (const { at, byte } of wrong) bytes[at % bytes.length] = byte;
        const here = attempt(() => Buffer.from(compute.decompress('zstd', bytes, raw.length)));
        const there = attempt(() => zlib.zstdDecompressSync(bytes, { maxOutputLength: raw.length + 1 }));
        expect(here === undefined || there?.equals(here)).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
