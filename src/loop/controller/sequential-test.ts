/** The scores of two runs, each from 0 to 1: one of the revision before, one of the revision after. */
export interface ScorePair {
  readonly before: number;
  readonly after: number;
}

export type Verdict = 'regressed' | 'better' | 'unsure';

/** What pairs of runs say of two revisions. */
export interface Comparison {
  readonly verdict: Verdict;
  /** How many pairs there are. */
  readonly pairs: number;
  /** After how many of them the verdict stood; `undefined` while it is unsure. */
  readonly decidedAt: number | undefined;
  /** Mean of after minus before, from -1 to 1; 0 without pairs. */
  readonly difference: number;
  /** What a unit of money has become that was bet on the verdict, when it was reached; unsure: the better bet of now. */
  readonly evidence: number;
}

/** With this evidence a verdict stands: 1 / alpha for alpha = 0.05 (Ville's inequality). */
export const evidenceNeeded = 20;

/**
 * The bets, as the part of the money that is at stake for a difference of 1, and how the money is spread over them. Nearly
 * all goes all-in: that wins fastest where runs differ by less than 0.2 at random. The careful rest is there for noisier
 * scores, and so that one pair of 0 and 1 cannot end the game. See docs/decisions/sequential-test.md.
 */
const bets: readonly { readonly stake: number; readonly share: number }[] = [
  { stake: 1, share: 0.9 },
  { stake: 0.5, share: 0.07 },
  { stake: 0.1, share: 0.03 },
];

/** A game against "the mean of the gains is 0 or less". Gains are from -1 to 1, so no stake can lose more than there is. */
function game(): (gain: number) => number {
  let purses = bets.map(({ stake, share }) => ({ stake, money: share }));
  return (gain) => {
    purses = purses.map(({ stake, money }) => ({ stake, money: money * (1 + stake * gain) }));
    return purses.reduce((sum, { money }) => sum + money, 0);
  };
}

/**
 * Tells from pairs, in the order they came in, whether the revision after does worse or better than the one before: two
 * games of betting on bounded means (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting",
 * JRSS-B 2024), one against each null. Each gives a false alarm with a probability of 0.05 at most however often one
 * looks, so the verdict may be asked for after every run; the first that is reached stays.
 */
export function compareRevisions(pairs: readonly ScorePair[]): Comparison {
  const [worse, better] = [game(), game()];
  let sum = 0;
  let [onWorse, onBetter] = [1, 1];
  let decided: Pick<Comparison, 'verdict' | 'decidedAt' | 'evidence'> | undefined;
  for (const [at, { before, after }] of pairs.entries()) {
    const gain = after - before;
    sum += gain;
    onWorse = worse(-gain);
    onBetter = better(gain);
    const evidence = Math.max(onWorse, onBetter);
    if (decided === undefined && evidence >= evidenceNeeded)
      decided = { verdict: onWorse > onBetter ? 'regressed' : 'better', decidedAt: at + 1, evidence };
  }
  return {
    ...(decided ?? { verdict: 'unsure', decidedAt: undefined, evidence: Math.max(onWorse, onBetter) }),
    pairs: pairs.length,
    difference: pairs.length === 0 ? 0 : sum / pairs.length,
  };
}
