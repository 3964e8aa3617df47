import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, gateOf, readVersion } from './version.ts';

describe('the order of versions', () => {
  test.each([
    ['0.9.0', '0.10.0'],
    ['0.124', '0.124.1'],
    ['1.2.3-beta.1', '1.2.3'],
    ['1.2.3-alpha', '1.2.3-alpha.1'],
    ['1.2.3-alpha.9', '1.2.3-alpha.10'],
    ['1.2.3-alpha.1', '1.2.3-alpha.beta'],
    ['1.2.3-rc.1', '1.2.4-alpha'],
    ['2026.2.17', '2026.4.26'],
    ['2026.9.6', '2026.10.1'],
    ['v1.99.99', 'v2'],
  ])('%s comes before %s', (a, b) => {
    expect([compareVersions(a, b), compareVersions(b, a)]).toEqual([-1, 1]);
  });

  test.each([
    ['1.2', '1.2.0'],
    ['v1.2.3', '1.2.3'],
    ['1.2.3+build.5', '1.2.3'],
    [' 1.2.3, ', '1.2.3'],
  ])('%j is as new as %j', (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });

  test('is an order: of any three versions no two answers contradict each other', () => {
    const number = fc.integer({ min: 0, max: 3 });
    const word = fc.constantFrom('alpha', 'beta', '1', '2', '10');
    const version = fc
      .tuple(fc.array(number, { minLength: 1, maxLength: 4 }), fc.array(word, { maxLength: 2 }))
      .map(([numbers, words]) => numbers.join('.') + (words.length === 0 ? '' : `-${words.join('.')}`));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        const rising = compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0;
        expect(rising && compareVersions(a, c) > 0).toBe(false);
      }),
    );
  });

  test.each([
    ['1.0.102.', '1.0.102'],
    ['v2026.9.6-beta.1+x', '2026.9.6-beta.1'],
    ['1.2.3,', '1.2.3'],
  ])('in %j is %s', (text, version) => {
    expect(readVersion(text)).toBe(version);
  });

  test('text that is no version is refused by name', () => {
    expect(['', 'x', 'v', '-1', '.5'].map(readVersion)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(() => compareVersions('1.0', 'latest')).toThrow('not a version: latest');
  });
});

describe('a gate', () => {
  const gates = [
    { since: '0.116.0', what: 'hooks', below: 'not wired' },
    { since: '0.145.0', what: 'long contexts', below: 'degraded' },
  ] as const;
  const long = { what: 'long contexts', since: '0.145.0' };

  test.each([
    ['0.115.9', { state: 'not wired', missing: [{ what: 'hooks', since: '0.116.0' }, long] }],
    ['0.116.0-alpha.2', { state: 'not wired', missing: [{ what: 'hooks', since: '0.116.0' }, long] }],
    ['0.116.0', { state: 'degraded', missing: [long] }],
    ['0.145.0', { state: 'fine', missing: [] }],
    ['1.0.0', { state: 'fine', missing: [] }],
  ])('lets %s through as far as it goes', (version, result) => {
    expect(gateOf(gates, version)).toEqual(result);
  });

  test('lets an unknown version through, and says that it is unknown where that matters', () => {
    const note = 'its version is not known: it counts as new enough';
    expect(gateOf(gates, undefined)).toEqual({ state: 'fine', missing: [], note });
    expect(gateOf(gates, 'nightly')).toEqual({ state: 'fine', missing: [], note });
    expect(gateOf([], undefined)).toEqual({ state: 'fine', missing: [] });
  });
});
