import { expect, test } from 'vitest';
import { nearNames } from './near-names.ts';

const names = ['code-review', 'deploy', 'deploy-staging', 'invoice-pdf', 'skill'];

test.each([
  ['skil', ['skill']],
  ['Deploy', ['deploy', 'deploy-staging']],
  ['staging', ['deploy-staging']],
  ['code-reveiw', ['code-review']],
  ['zzz', []],
  ['', []],
])('for %j are %j', (given, expected) => {
  expect(nearNames(given, names)).toEqual(expected);
});

test('are three at most, and a text of any length is no burden', () => {
  const many = Array.from({ length: 50 }, (_, at) => `skill-${at}`);
  expect(nearNames('skill', many)).toHaveLength(3);
  expect(nearNames('x'.repeat(1_000_000), many)).toEqual([]);
});
