import { expect, test } from 'vitest';
import { makeMemoryCache } from './memory-cache.ts';
import { makeMemoryStore } from './memory-store.ts';
import { describeCache } from './test-cache-contract.ts';
import { describeStore } from './test-store-contract.ts';

const store = makeMemoryStore();
describeStore('memory', () => store);
const cache = makeMemoryCache();
describeCache('memory', () => cache);

test('a cache in memory forgets what has had its time', async () => {
  let now = 1_000;
  const timed = makeMemoryCache(100, () => now);
  await timed.put('key', Uint8Array.of(1), 60);
  now += 59_999;
  expect(await timed.get('key')).toEqual(Uint8Array.of(1));
  now += 1;
  expect(await timed.get('key')).toBeUndefined();
});

test('a cache in memory holds no more than it may, and forgets the oldest first', async () => {
  const small = makeMemoryCache(100);
  for (const key of ['a', 'b', 'c', 'a']) await small.put(key, new Uint8Array(40), 60);
  expect(await small.get('b')).toBeUndefined();
  expect(await small.get('c')).toHaveLength(40);
  expect(await small.get('a')).toHaveLength(40);
  await small.put('huge', new Uint8Array(101), 60);
  expect(await small.get('huge')).toBeUndefined();
  expect(await small.get('a')).toHaveLength(40);
});
