import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { summarize, trendOf } from './summary.ts';
import { describeSummary } from './summary-text.ts';

const base: EvalRow = {
  ts: '2026-11-21T10:00:00Z',
  skill: 'ship-it',
  rev_id: '0123456789ab',
  run_id: 'r1',
  score: 1,
  ok: true,
  actor_session_id: 'a',
  auditor_session_id: 'b',
  runtime: 'codex',
  machine_id: 'm',
  eval_mode: 'manual',
};
const rowsOf = (scores: readonly number[], rev = base.rev_id): EvalRow[] =>
  scores.map((score) => ({ ...base, score, rev_id: rev }));

describe('the trend of scores', () => {
  test.each([
    [[], undefined],
    [[0, 0, 0, 1, 1], undefined],
    [[0.5, 0.5, 0.5, 0.9, 0.9, 0.9], { way: 'up', runs: 6 }],
    [[0.9, 0.9, 0.9, 0.5, 0.5, 0.5], { way: 'down', runs: 6 }],
    [[0.8, 0.8, 0.8, 0.8, 0.8, 0.8], { way: 'flat', runs: 6 }],
    // A change that is there in every run, and too small to matter.
    [[0.8, 0.8, 0.8, 0.84, 0.84, 0.84], { way: 'flat', runs: 6 }],
    // A large difference between scores that jump about is chance.
    [[0, 1, 0, 1, 0, 1], { way: 'flat', runs: 6 }],
    // Of an odd number the one in the middle belongs to neither half.
    [[0.5, 0.5, 0.5, 0, 0.9, 0.9, 0.9], { way: 'up', runs: 6 }],
  ])('of %j is %j', (scores, expected) => {
    expect(trendOf(scores)).toEqual(expected);
  });

  test('is of the last 20 runs, however many there were', () => {
    const old = Array.from({ length: 100 }, () => 0.1);
    expect(trendOf([...old, ...Array.from({ length: 20 }, () => 0.9)])).toEqual({ way: 'flat', runs: 20 });
  });

  test('does not hang on the last digit of a sum: what is just clear is clear both ways', () => {
    const ways = [
      [0, 0, 0, 0, 1, 1],
      [1, 1, 0, 0, 0, 0],
      [0.1, 0.1, 0.1, 0.15, 0.15, 0.15],
    ].map((scores) => trendOf(scores)?.way);
    expect(ways).toEqual(['up', 'down', 'up']);
  });

  test('turns round when the scores are turned round', () => {
    const turned = { up: 'down', down: 'up', flat: 'flat' } as const;
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 20 }), (scores) => {
        const there = trendOf(scores);
        const back = trendOf(scores.toReversed());
        expect(back).toEqual(there === undefined ? undefined : { ...there, way: turned[there.way] });
      }),
    );
  });
});

describe('a summary', () => {
  test('says how many runs each score rests on, and which revision nobody ran', () => {
    const rows = [...rowsOf([0.5, 0.6, 0.7]), ...rowsOf([0.9, 1], 'ffffffffffff')];
    expect(summarize(rows, 'ffffffffffff')).toMatchObject({
      runs: 5,
      mean: expect.closeTo(0.74) as number,
      trend: undefined,
      ofRevision: { runs: 2, mean: expect.closeTo(0.95) as number },
      last: { score: 1 },
    });
    expect(describeSummary(summarize(rows, 'ffffffffffff'))).toBe('0.74 over 5 runs; this revision 0.95 over 2 runs');
    expect(describeSummary(summarize(rows, '000000000000'))).toBe('0.74 over 5 runs; this revision unmeasured');
    expect(describeSummary(summarize(rowsOf([0.5]), base.rev_id))).toBe(
      '0.50 over 1 run; this revision 0.50 over 1 run',
    );
  });

  test('of no rows is "unmeasured", and no row is of a revision that is not known', () => {
    expect(describeSummary(summarize([], base.rev_id))).toBe('unmeasured');
    expect(summarize(rowsOf([1]), undefined).ofRevision).toEqual({ runs: 0, mean: undefined });
  });
});
