import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import type { Codec } from '../../../sync/wire/manifest.ts';
import { makeNodePlatform } from './platform.ts';

const platform = makeNodePlatform(() => {});
const packed: Readonly<Record<Exclude<Codec, 'none'>, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => zlib.gzipSync(bytes),
  zstd: (bytes) => zlib.zstdCompressSync(bytes),
};

test('what was compressed comes back, whatever its size', () => {
  for (const size of [0, 1, 63, 64, 65, 1_048_575, 1_048_576, 1_100_000]) {
    const bytes = new Uint8Array(randomBytes(size));
    const { codec, bytes: small } = platform.compress(bytes, 'contents');
    expect(Buffer.compare(platform.decompress(codec, small, size), bytes)).toBe(0);
    const listed = platform.compress(bytes, 'list');
    expect(Buffer.compare(platform.decompress(listed.codec, listed.bytes, size), bytes)).toBe(0);
    expect(Buffer.compare(platform.decompress('gzip', packed.gzip(bytes), size), bytes)).toBe(0);
    expect(platform.decompress('none', bytes, size)).toEqual(bytes);
  }
});

test('for whoever reads no zstd it is gzip', () => {
  const bytes = Buffer.from('hello, '.repeat(2_000));
  const { codec, bytes: small } = platform.compress(bytes, 'list', false);
  expect(codec).toBe('gzip');
  expect(zlib.gunzipSync(small).equals(bytes)).toBe(true);
});

test('an HMAC is that of RFC 4231 4.3, the first time and the next', () => {
  const key = Buffer.from('Jefe');
  for (const _ of [1, 2]) {
    expect(Buffer.from(platform.hmac(key, Buffer.from('what do ya want for nothing?'))).toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  }
});

test('a size that is not the one told is refused, and hardly more than told is ever made', () => {
  const bomb = new Uint8Array(50_000_000);
  for (const codec of ['gzip', 'zstd'] as const) {
    const small = packed[codec](bomb);
    expect(small.length).toBeLessThan(60_000);
    const before = process.memoryUsage().arrayBuffers;
    for (const size of [0, 1, 1_000_000]) expect(() => platform.decompress(codec, small, size)).toThrow(Error);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    expect(() => platform.decompress(codec, packed[codec](new Uint8Array(100)), 101)).toThrow(
      /100 bytes came|with 101 bytes/,
    );
  }
  expect(() => platform.decompress('none', bomb, 5)).toThrow(/50000000 bytes came/);
});

test('bytes that are torn or no archive are refused', () => {
  const bytes = new Uint8Array(randomBytes(10_000));
  for (const codec of ['gzip', 'zstd'] as const) {
    const small = packed[codec](bytes);
    for (const cut of [0, 1, 5, 100, small.length - 1]) {
      expect(() => platform.decompress(codec, small.subarray(0, cut), 10_000)).toThrow(Error);
    }
    expect(() => platform.decompress(codec, bytes, 10_000)).toThrow(Error);
  }
});

test('a digest is the same at once and in pieces', () => {
  const bytes = new TextEncoder().encode('snappy');
  const hasher = platform.hasher();
  hasher.update(bytes.subarray(0, 2));
  hasher.update(bytes.subarray(2));
  expect(hasher.hex()).toBe(platform.sha256(bytes));
  expect(platform.sha256(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('what goes on later is waited for, also what it starts in turn, and its failure is told', async () => {
  const told: unknown[] = [];
  const done: string[] = [];
  const home = makeNodePlatform((cause) => told.push(cause));
  home.later(async () => {
    await Promise.resolve();
    home.later(async () => void done.push('inner'));
    done.push('outer');
  });
  home.later(async () => {
    throw new Error('it failed');
  });
  await home.idle();
  expect(done.toSorted()).toEqual(['inner', 'outer']);
  expect(told).toEqual([new Error('it failed')]);
});
