import { expect, test } from 'vitest';
import { LeastRecentlyUsed } from './least-recently-used.ts';

test('what was not asked for the longest goes first, and the weight stays below its bound', () => {
  const cache = new LeastRecentlyUsed<string>(10);
  cache.set('a', 'A', 4);
  cache.set('b', 'B', 4);
  expect(cache.get('a')).toBe('A');
  cache.set('c', 'C', 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  expect(cache.weight).toBe(8);
});

test('a value in the place of another weighs what it weighs, and one that is too heavy is not kept', () => {
  const cache = new LeastRecentlyUsed<string>(10);
  cache.set('a', 'A', 9);
  cache.set('a', 'AA', 2);
  expect([cache.get('a'), cache.weight]).toEqual(['AA', 2]);
  cache.set('a', 'AAA', 11);
  expect([cache.get('a'), cache.weight]).toEqual([undefined, 0]);
});
