import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRevisions } from './sequential-test.ts';
import type { ScorePair, Verdict } from './sequential-test.ts';
import { betaScore, seededNumbers } from './test-scores.ts';

type Draw = (next: () => number, at: number) => number;

/** The part of simulated histories of `pairs` pairs whose verdict, at any look, was this one. */
function partOf(verdict: Verdict, before: Draw, after: Draw, pairs: number, histories = 2000): number {
  let count = 0;
  for (let seed = 1; seed <= histories; seed++) {
    const next = seededNumbers(seed);
    const history: ScorePair[] = Array.from({ length: pairs }, (_, at) => ({
      before: before(next, at),
      after: after(next, at),
    }));
    if (compareRevisions(history).verdict === verdict) count++;
  }
  return count / histories;
}

const beta =
  (mean: number, sd: number): Draw =>
  (next) =>
    betaScore(next, mean, sd);
const passes =
  (chance: number): Draw =>
  (next) =>
    next() < chance ? 1 : 0;

describe('two revisions that are equal', () => {
  const cases: [string, Draw, Draw][] = [
    ['scores near the top', beta(0.9, 0.1), beta(0.9, 0.1)],
    ['scores in the middle', beta(0.5, 0.2), beta(0.5, 0.2)],
    ['passes and failures', passes(0.8), passes(0.8)],
    ['rare failures against a steady score of the same mean', passes(0.9), () => 0.9],
    ['a steady score against rare failures of the same mean', () => 0.9, passes(0.9)],
    [
      'tasks that get harder for both',
      (next, at) => betaScore(next, 0.9 - at / 500, 0.08),
      (next, at) => betaScore(next, 0.9 - at / 500, 0.08),
    ],
  ];

  test.each(cases)(
    'are taken for different in 5 % of histories at most, however often one looks: %s',
    (_name, before, after) => {
      expect(partOf('regressed', before, after, 200)).toBeLessThanOrEqual(0.05);
      expect(partOf('better', before, after, 200)).toBeLessThanOrEqual(0.05);
    },
  );
});

describe('a revision that is worse', () => {
  // The rows of docs/decisions/sequential-test.md: what is found within 60 pairs.
  test.each([
    [0.1, 0.05, 0.99],
    [0.1, 0.08, 0.99],
    [0.1, 0.1, 0.97],
    [0.15, 0.15, 0.99],
    [0.2, 0.2, 0.99],
  ])(
    'by %f is found within 60 pairs where runs differ by %f at random, in at least %f of histories',
    (worse, sd, least) => {
      expect(partOf('regressed', beta(0.8, sd), beta(0.8 - worse, sd), 60)).toBeGreaterThanOrEqual(least);
      expect(partOf('better', beta(0.8, sd), beta(0.8 - worse, sd), 60)).toBe(0);
    },
  );

  test('is found where each run passes or fails, though one pair can lose nearly all that was bet', () => {
    expect(partOf('regressed', passes(0.9), passes(0.5), 100, 500)).toBeGreaterThanOrEqual(0.95);
  });
});

describe('a comparison', () => {
  const scores = fc.array(
    fc.record({
      before: fc.double({ min: 0, max: 1, noNaN: true }),
      after: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 120 },
  );

  test('says the opposite when the revisions are exchanged', () => {
    fc.assert(
      fc.property(scores, (pairs) => {
        const there = compareRevisions(pairs);
        const back = compareRevisions(pairs.map(({ before, after }) => ({ before: after, after: before })));
        const opposite = { regressed: 'better', better: 'regressed', unsure: 'unsure' } as const;
        expect(back.verdict).toBe(opposite[there.verdict]);
        expect(back.difference).toBeCloseTo(-there.difference, 10);
        expect(back.evidence).toBe(there.evidence);
      }),
    );
  });

  test('keeps the verdict it has reached, and the pair at which it was', () => {
    const score = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
    const worse = fc.array(fc.record({ before: score(0.6, 1), after: score(0, 0.4) }), {
      minLength: 20,
      maxLength: 60,
    });
    fc.assert(
      fc.property(worse, scores, (pairs, more) => {
        const first = compareRevisions(pairs);
        expect(first.verdict).toBe('regressed');
        const later = compareRevisions([...pairs, ...more]);
        expect([later.verdict, later.decidedAt, later.evidence]).toEqual([
          first.verdict,
          first.decidedAt,
          first.evidence,
        ]);
      }),
    );
  });

  test('is unsure without pairs, and after a few', () => {
    expect(compareRevisions([])).toEqual({
      verdict: 'unsure',
      pairs: 0,
      decidedAt: undefined,
      difference: 0,
      evidence: 1,
    });
    expect(
      compareRevisions([
        { before: 1, after: 0 },
        { before: 1, after: 0 },
      ]).verdict,
    ).toBe('unsure');
  });

  test('says after how many pairs it was reached', () => {
    const pairs = Array.from({ length: 60 }, () => ({ before: 0.8, after: 0.6 }));
    expect(compareRevisions(pairs)).toMatchObject({ verdict: 'regressed', pairs: 60, decidedAt: 17 });
  });
});
