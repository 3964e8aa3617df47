import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOfHead, headText } from './head.ts';
import type { Head } from './head.ts';

const head: Head = {
  repo: 'os',
  tier: 'private:0123456789ab',
  rev: 7,
  digest: 'ab'.repeat(32),
  files: 3,
  bytes: 12,
  issued: '2026-11-21T10:00:00.000Z',
  expires: '2026-11-21T10:10:00.000Z',
};
const expected = { repo: 'os', tier: 'private:0123456789ab' };
const at = (time: string): number => Date.parse(`2026-11-21T${time}Z`);
const now = at('10:00:05');

test('a signature is over a text that no two heads have in common', () => {
  const field = fc.constantFrom('public', 'private:0123456789ab', 'team:a', 'team:b');
  const any = fc.record({ tier: field, rev: fc.nat(20), files: fc.nat(20), bytes: fc.nat(20) });
  fc.assert(
    fc.property(any, any, (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b);
      expect(headText({ ...head, ...a }) === headText({ ...head, ...b })).toBe(same);
    }),
  );
});

describe('a head', () => {
  test('of what was asked for, in its time, is taken', () => {
    expect(faultOfHead(head, expected, now)).toBeUndefined();
    expect(faultOfHead(head, { ...expected, known: head }, now)).toBeUndefined();
    expect(faultOfHead(head, { ...expected, known: { rev: 6, digest: 'x' } }, now)).toBeUndefined();
  });

  test.for([
    [
      'of another tenant',
      { ...expected, tier: 'private:ffffffffffff' },
      'other',
      /private:0123456789ab of os, not for private:f/,
    ],
    ['of another repo', { ...expected, repo: 'kernel' }, 'other', /not for private:0123456789ab of kernel/],
    [
      'that goes backwards',
      { ...expected, known: { rev: 8, digest: 'x' } },
      'backwards',
      /at revision 7 .*was at 8 before/,
    ],
    ['that is another one', { ...expected, known: { rev: 7, digest: 'x' } }, 'two_of_one', /two different revisions 7/],
  ] as const)('%s is refused', ([, wanted, code, message]) => {
    expect(faultOfHead(head, wanted, now)).toEqual({ code, message: expect.stringMatching(message) });
  });

  test.for([
    ['10:25:00', undefined],
    ['09:45:00', undefined],
    ['10:25:01', /behind the one here, or it is an old answer/],
    ['11:00:00', /1 hour behind/],
    ['12:05:00', /2 hours and 5 minutes behind/],
    ['09:44:59', /15 minutes ahead/],
    ['09:00:00', /1 hour ahead/],
  ] as const)('is held against the clock at %s', ([time, message]) => {
    expect(faultOfHead(head, expected, at(time))?.message ?? '').toMatch(message ?? /^$/);
  });

  test('that was never valid is refused', () => {
    expect(faultOfHead({ ...head, expires: head.issued }, expected, now)).toMatchObject({ code: 'expired' });
  });
});
