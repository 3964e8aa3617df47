import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRevisions } from './sequential-test.ts';
import type { ScorePair, Verdict } from './sequential-test.ts';
import { betaScore, seededNumbers } from './test-scores.ts';

type Draw = (next: () => number, at: number) => number;

/** Of simulated histories of `pairs` pairs, the part that was given each verdict, at whatever look. */
function partsOf(before: Draw, after: Draw, pairs: number, histories = 1000): Record<Verdict, number> {
  const parts = { regressed: 0, better: 0, unsure: 0 };
  for (let seed = 1; seed <= histories; seed++) {
    const next = seededNumbers(seed);
    const history: ScorePair[] = Array.from({ length: pairs }, (_, at) => ({
      before: before(next, at),
      after: after(next, at),
    }));
    parts[compareRevisions(history).verdict] += 1 / histories;
  }
  return parts;
}

const beta =
  (mean: number, sd: number): Draw =>
  (next) =>
    betaScore(next, mean, sd);
const passes =
  (chance: number): Draw =>
  (next) =>
    next() < chance ? 1 : 0;

/** A score of 1, but for this part of the runs, in which something went wrong. */
const mostlyWhole =
  (part: number): Draw =>
  (next) =>
    next() < part ? 0.33 + 0.27 * next() : 1;

describe('two revisions that are equal', () => {
  const cases: [string, Draw, Draw][] = [
    ['scores near the top', beta(0.9, 0.1), beta(0.9, 0.1)],
    ['scores in the middle', beta(0.5, 0.2), beta(0.5, 0.2)],
    ['passes and failures', passes(0.8), passes(0.8)],
    ['few runs that fail', mostlyWhole(0.1), mostlyWhole(0.1)],
    [
      'tasks that get harder for both',
      (next, at) => betaScore(next, 0.9 - at / 500, 0.08),
      (next, at) => betaScore(next, 0.9 - at / 500, 0.08),
    ],
  ];

  test.each(cases)(
    'are taken for different in 5 % of histories at most, however often one looks: %s',
    (_name, before, after) => {
      const { regressed, better } = partsOf(before, after, 200, 2000);
      expect(regressed).toBeLessThanOrEqual(0.05);
      expect(better).toBeLessThanOrEqual(0.05);
    },
  );
});

describe('a revision that is worse', () => {
  // The rows of docs/decisions/sequential-test.md: what is found within 60 pairs.
  test.each([
    [0.1, 0.05, 0.99],
    [0.1, 0.08, 0.99],
    [0.1, 0.1, 0.99],
    [0.1, 0.12, 0.96],
    [0.15, 0.15, 0.99],
    [0.2, 0.2, 0.98],
  ])(
    'by %f is found within 60 pairs where runs differ by %f at random, in at least %f of histories',
    (worse, sd, least) => {
      const { regressed, better } = partsOf(beta(0.8, sd), beta(0.8 - worse, sd), 60);
      expect(regressed).toBeGreaterThanOrEqual(least);
      expect(better).toBeLessThan(0.002);
    },
  );

  test('by 0.1 in nearly every run is found where a few runs fail, in both alike', () => {
    expect(
      partsOf(mostlyWhole(0.1), (next, at) => mostlyWhole(0.1)(next, at) - 0.1, 60).regressed,
    ).toBeGreaterThanOrEqual(0.99);
  });

  test('is found where each run passes or fails, though one pair can lose nearly all that was bet', () => {
    expect(partsOf(passes(0.9), passes(0.5), 100).regressed).toBeGreaterThanOrEqual(0.95);
  });
});

describe('a revision that differs most in how often it fails', () => {
  // The price of finding a small loss in nearly every run; docs/decisions/sequential-test.md has the figures.
  test('is seldom called worse where it never fails, is a little lower otherwise, and its mean is higher', () => {
    expect(partsOf(passes(0.9), () => 0.95, 200).regressed).toBeLessThanOrEqual(0.1);
    expect(partsOf(passes(0.9), () => 0.97, 200).regressed).toBeLessThanOrEqual(0.01);
  });

  test('is not called worse where it fails now and then and is a little higher otherwise', () => {
    expect(partsOf(() => 0.9, passes(0.9), 200).regressed).toBeLessThanOrEqual(0.01);
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

  test('is unsure where the loss is certain, and too small to matter', () => {
    const tiny = Array.from({ length: 70 }, () => ({ before: 0.8, after: 0.78 }));
    expect(compareRevisions(tiny)).toMatchObject({ verdict: 'unsure' });
    expect(compareRevisions(tiny).evidence).toBeGreaterThan(1000);
    expect(compareRevisions([...tiny, ...tiny]).verdict).toBe('regressed');
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
    expect(compareRevisions(pairs)).toMatchObject({ verdict: 'regressed', pairs: 60, decidedAt: 8 });
  });
});
