import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedRuns, pairRuns, revisionBefore } from './run-pairs.ts';
import { edit, revisions, run, runsOf } from './test-rows.ts';

const { a, b, c, d } = revisions;
const scoresOf = (pairs: ReturnType<typeof pairRuns>): number[][] =>
  pairs.map((pair) => [pair.before.score, pair.after.score]);

test('the first run is held against the most recent one before, the second against the one before that', () => {
  const rows = [...runsOf(a, [0.1, 0.2, 0.3]), ...runsOf(b, [0.7, 0.8])];
  expect(scoresOf(pairRuns(rows, a, b))).toEqual([
    [0.3, 0.7],
    [0.2, 0.8],
  ]);
});

test('runs are paired on their own machine only', () => {
  const rows = [
    run(a, 0.1, { machine_id: 'one' }),
    run(a, 0.2, { machine_id: 'two' }),
    run(b, 0.7, { machine_id: 'one' }),
    run(b, 0.8, { machine_id: 'three' }),
    run(b, 0.9, { machine_id: 'two' }),
  ];
  expect(scoresOf(pairRuns(rows, a, b))).toEqual([
    [0.1, 0.7],
    [0.2, 0.9],
  ]);
});

test('a run of the revision before that comes late is not taken, so that pairs stay what they were', () => {
  const early = [...runsOf(a, [0.1]), ...runsOf(b, [0.7])];
  const late = [...early, run(a, 0.9), run(b, 0.8)];
  expect(scoresOf(pairRuns(late, a, b))).toEqual([[0.1, 0.7]]);
});

test('a clock that jumps changes no pair: the order of the rows counts', () => {
  const rows = [
    run(a, 0.1, { ts: '2031-01-01T00:00:00Z' }),
    run(a, 0.2, { ts: '2026-01-01T00:00:00Z' }),
    run(b, 0.7, { ts: '2025-01-01T00:00:00Z' }),
  ];
  expect(scoresOf(pairRuns(rows, a, b))).toEqual([[0.2, 0.7]]);
});

test('a run that was graded twice counts once, by its first grade; a row without a revision or a run does not count', () => {
  const rows = [
    run(a, 0.1, { run_id: 'same' }),
    run(a, 0.9, { run_id: 'same' }),
    run('', 0.3),
    run(a, 0.4, { run_id: '' }),
  ];
  expect(countedRuns(rows).map(({ score }) => score)).toEqual([0.1]);
});

test('no run is used twice, and more rows only add pairs', () => {
  const row = fc.record({
    rev: fc.constantFrom(a, b, c),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    machine_id: fc.constantFrom('one', 'two'),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), (drawn, cut) => {
      const rows = drawn.map(({ rev, score, machine_id }) => run(rev, score, { machine_id }));
      const pairs = pairRuns(rows, a, b);
      const used = pairs.flatMap(({ before, after }) => [before.run_id, after.run_id]);
      expect(new Set(used).size).toBe(used.length);
      expect(pairs.every(({ before, after }) => before.machine_id === after.machine_id)).toBe(true);
      const earlier = pairRuns(rows.slice(0, cut), a, b);
      expect(pairs.slice(0, earlier.length)).toEqual(earlier);
    }),
  );
});

test('a revision is held against the nearest one on the way of the edits that was run before it', () => {
  const edits = [edit(a, b), edit(b, c), edit(c, d)];
  const rows = [...runsOf(a, [0.1]), ...runsOf(b, [0.2]), ...runsOf(d, [0.3])];
  expect(revisionBefore(rows, edits, d)).toBe(b);
  // A late grade of an older revision does not put it in the place of the one before.
  expect(revisionBefore([...runsOf(b, [0.2]), ...runsOf(a, [0.1]), ...runsOf(d, [0.3])], edits, d)).toBe(b);
});

test('without edits a revision is held against the one that was run last before it', () => {
  const rows = [...runsOf(a, [0.1]), ...runsOf(b, [0.2]), ...runsOf(c, [0.3]), ...runsOf(a, [0.4])];
  expect(revisionBefore(rows, [], c)).toBe(b);
  expect(revisionBefore(rows, [], a)).toBeUndefined();
  expect(revisionBefore(rows, [], d)).toBeUndefined();
});

test('edits that lead round in a circle end the search', () => {
  const rows = [...runsOf(d, [0.1]), ...runsOf(b, [0.2])];
  expect(revisionBefore(rows, [edit(a, b), edit(b, a)], b)).toBe(d);
});
