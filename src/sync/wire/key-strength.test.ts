import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOfKey, makeKey, strengthOfKey } from './key-strength.ts';
import { masterKey } from './messages.ts';

describe('a key', () => {
  test.for([
    ['', /fewer than 16 characters/],
    ['Zk3_x9', /fewer than 16 characters/],
    ['x'.repeat(5_000), /more than 1024/],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', /fewer than 8 different/],
    ['password password', /fewer than 8 different|guessed/],
    ['abcdefghijklmnopqrstuvwxyz', /guessed/],
    ['0123456789abcdef', /guessed/],
    ['qwertyuiopasdfghjkl', /guessed/],
    ['P@ssw0rdP@ssw0rd!2026', /guessed/],
    ['Snappy-Gateway-2026', /guessed/],
    ['correct-horse-battery-staple', /guessed/],
    ['correcthorsebatterystaple', /guessed/],
    ['kjhsdfkjhqweiuyb', /guessed/],
    ['9f86d081884c7d65', /guessed/],
    ['dJ8_xk2LqdJ8_xk2Lq', /guessed/],
    ['zK4_pQ9-vT7xW2m\nB', /control/],
    [' zK4_pQ9-vT7xW2mB', /space at an end/],
    ['zK4_pQ9-vT7xW2mß', /printable ASCII/],
  ] as const)('%j is refused', ([key, why]) => {
    expect(faultOfKey(key)).toMatch(why);
  });

  test.for([
    'tiger lemon socket pivot crater mango',
    'zK4_pQ9-vT7xW2mB',
    '3f9c1d7be04a8265f1c09b7d',
    '6f1d8a52-0c3e-4b97-9e84-d27b51c6f03a',
  ])('%j is taken', (key) => {
    expect(faultOfKey(key)).toBeUndefined();
  });

  test('is never repeated in what is said of it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), (key) => {
        expect(faultOfKey(key)?.includes(key) ?? false).toBe(false);
      }),
    );
  });

  test('written twice is worth little more than once', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 30 }), (key) => {
        expect(strengthOfKey(key + key)).toBeLessThan(strengthOfKey(key) + 12);
      }),
    );
  });
});

test.for([
  ['', 0],
  ['password', 11],
  ['Password', 12],
  ['p4ssw0rd', 13],
  ['passwordpassword', 17],
  ['xkvq', 12],
  ['XKVQ', 13],
  ['xkv', 3 * Math.log2(26)],
  ['2026', 7],
  ['2026-11-21', 15],
  ['3456', 9],
  ['hgfe', 9],
  ['lkjh', 9],
  ['34', 2 * Math.log2(10)],
  ['u7.K', 4 * Math.log2(26 + 10 + 31 + 26)],
  // A hyphen, and the same three times more.
  ['a-b-c-d-e', 6 * Math.log2(28) + 3],
] as const)('%j is worth what a guesser needs for its pieces: 2^%d', ([key, bits]) => {
  expect(strengthOfKey(key)).toBeCloseTo(bits, 6);
});

test('a key may have as few and as many characters as it says', () => {
  const hex = 'f3a91c7d5e02b486d1';
  expect(faultOfKey(`${hex}0`)).toBeUndefined();
  expect(faultOfKey(hex.slice(0, 17))).toMatch(/guessed/);
  expect(faultOfKey(hex.slice(0, 15))).toMatch(/16 characters/);
  const long = makeKey(new Uint8Array(32).map((_, at) => at * 37)).repeat(100);
  expect(faultOfKey(long.slice(0, 1_024))).toBeUndefined();
  expect(faultOfKey(long.slice(0, 1_025))).toMatch(/1024/);
});

describe('a key made of random bytes', () => {
  test('is strong, printable, and told apart from every other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
        const key = makeKey(random);
        expect(key).toMatch(/^snappy_[\w-]{43}$/);
        expect(Buffer.from(key.slice(7), 'base64url')).toEqual(Buffer.from(random));
        expect(masterKey.safeParse(key).success).toBe(true);
      }),
    );
    for (let n = 0; n < 200; n += 1) {
      expect(faultOfKey(makeKey(crypto.getRandomValues(new Uint8Array(32))))).toBeUndefined();
    }
  });

  test('is made of 32 of them', () => {
    expect(() => makeKey(new Uint8Array(16))).toThrow(/32 random bytes/);
  });
});
