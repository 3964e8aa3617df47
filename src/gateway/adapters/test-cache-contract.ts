import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Cache } from '../ports.ts';

/** Every rule of `Cache`: it may forget, so what is asked of it is little. */
export function describeCache(name: string, use: () => Cache | Promise<Cache>): void {
  const place = async (): Promise<{ cache: Cache; key: string }> => ({
    cache: await use(),
    key: randomBytes(6).toString('hex'),
  });

  describe(`${name}, as a cache`, () => {
    test('gives back what was put, byte for byte', async () => {
      const { cache, key } = await place();
      const value = new Uint8Array(randomBytes(10_000));
      await cache.put(key, value, 60);
      expect(await cache.get(key)).toEqual(value);
    });

    test('keeps the last of what was put under a name', async () => {
      const { cache, key } = await place();
      await cache.put(key, Uint8Array.of(1, 2, 3), 60);
      await cache.put(key, new Uint8Array(), 60);
      expect(await cache.get(key)).toEqual(new Uint8Array());
    });

    test('has nothing where nothing was put', async () => {
      const { cache, key } = await place();
      expect(await cache.get(key)).toBeUndefined();
    });

    test('takes less than a minute, and any name', async () => {
      const { cache, key } = await place();
      await cache.put(key, Uint8Array.of(1), 1);
      await cache.put(`${key}/é ${'long'.repeat(300)}`, Uint8Array.of(1), 60);
      await cache.get(`${key}/é ${'long'.repeat(300)}`);
      expect(await cache.get(`${key}/other`)).toBeUndefined();
    });
  });
}
