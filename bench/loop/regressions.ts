// Whether a revision that does worse is found in time, at the noise that runs in this benchmark really have.
import { compareRevisions } from '../../src/loop/controller/sequential-test.ts';
import { numbers } from '../corpus.ts';
import { atMost, figure } from '../report.ts';
import type { Row } from '../report.ts';

/** How many pairs of runs there are before it must have been found, and by how much it is worse. */
const pairsUntil = 60;
const worseBy = 0.1;

/**
 * Of this many revisions that are worse by 0.10, the share that is not called regressed after 60 paired runs. Scores are
 * drawn with replacement from `scores`, those of the revision after are lower by 0.10 and no less than 0.
 */
export function missedRegressions(scores: readonly number[], revisions: number): number {
  return shareOf(revisions, 1, (random) => judge(scores, random, worseBy) !== 'regressed');
}

/** Of this many revisions that are as good as the one before, the share that is called regressed within 60 pairs. */
export function falseAlarms(scores: readonly number[], revisions: number): number {
  return shareOf(revisions, 2, (random) => judge(scores, random, 0) === 'regressed');
}

function shareOf(count: number, seed: number, happens: (random: () => number) => boolean): number {
  const random = numbers(seed);
  return Array.from({ length: count }, () => happens(random)).filter(Boolean).length / count;
}

function judge(scores: readonly number[], random: () => number, worse: number): string {
  const draw = (): number => scores[Math.floor(random() * scores.length)] ?? Number.NaN;
  const pairs = Array.from({ length: pairsUntil }, () => ({ before: draw(), after: Math.max(0, draw() - worse) }));
  return compareRevisions(pairs).verdict;
}

const revisions = 2000;

/** The rows about revisions. `scores` are of runs in this benchmark, `restored` says for real trees whether it was put back. */
export function regressionRows(scores: readonly number[], restored: readonly boolean[]): Row[] {
  const left = restored.filter((one) => !one).length;
  return [
    atMost(
      'revisions worse by 0.10 not called so after 60 paired runs',
      100 * missedRegressions(scores, revisions),
      '%',
      1,
    ),
    atMost('the same, still in use in real trees that may revert', (100 * left) / restored.length, '%', 1),
    atMost('revisions no worse that are called so', 100 * falseAlarms(scores, revisions), '%', 5),
    figure('spread of scores in the tail (standard deviation)', deviation(scores), ''),
  ];
}

function deviation(values: readonly number[]): number {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
}
