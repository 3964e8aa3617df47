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
  /** What a unit of money has become that was bet on the verdict, when it stood; unsure: the better bet of now. */
  readonly evidence: number;
}

/** With this evidence a verdict may stand: 1 / alpha for alpha = 0.05 (Ville's inequality). */
export const evidenceNeeded = 20;

/** What the runs must have lost, or won, against their partners in sum: less is not worth a change, whatever is certain of it. */
export const pointsNeeded = 1.5;

/**
 * The bets, and how the money is spread over them. For a pair with this difference `most * tanh(steep * difference)` of a
 * purse is at stake. A gentle one goes by how large differences are, a steep one by their signs alone: that finds a small
 * loss in nearly every run beside a few large differences by chance. See docs/decisions/sequential-test.md.
 */
const bets: readonly { readonly steep: number; readonly most: number; readonly share: number }[] = [
  { steep: 0.5, most: 0.999, share: 0.1 },
  { steep: 2, most: 0.999, share: 0.55 },
  { steep: 6, most: 0.999, share: 0.1 },
  { steep: 30, most: 0.8, share: 0.25 },
];

/** A game that is fair if a difference is as often so much as it is so much less than 0: if two revisions do equally well. */
function game(): (difference: number) => number {
  let purses = bets.map((bet) => ({ ...bet, money: bet.share }));
  return (difference) => {
    purses = purses.map((purse) => ({
      ...purse,
      money: purse.money * (1 + purse.most * Math.tanh(purse.steep * difference)),
    }));
    return purses.reduce((sum, { money }) => sum + money, 0);
  };
}

/**
 * Tells from pairs, in the order they came in, whether the revision after does worse or better than the one before. Where
 * both do equally well, it does not matter which run of a pair belongs to which: the sign of a difference is a fair coin.
 * Two games bet on it, one on each side, with stakes that depend on nothing but how large the difference is (testing by
 * betting: Shafer, JRSS-A 2021; Ramdas and others, "Game-theoretic statistics and safe anytime-valid inference", 2023). So
 * each gives a false alarm with a probability of 0.05 at most however often one looks, and the verdict may be asked for
 * after every run; the first that stands stays.
 */
export function compareRevisions(pairs: readonly ScorePair[]): Comparison {
  const [worse, better] = [game(), game()];
  let sum = 0;
  let [onWorse, onBetter] = [1, 1];
  let decided: Pick<Comparison, 'verdict' | 'decidedAt' | 'evidence'> | undefined;
  for (const [at, { before, after }] of pairs.entries()) {
    sum += after - before;
    onWorse = worse(before - after);
    onBetter = better(after - before);
    if (decided !== undefined) continue;
    if (onWorse >= evidenceNeeded && sum <= -pointsNeeded)
      decided = { verdict: 'regressed', decidedAt: at + 1, evidence: onWorse };
    else if (onBetter >= evidenceNeeded && sum >= pointsNeeded)
      decided = { verdict: 'better', decidedAt: at + 1, evidence: onBetter };
  }
  return {
    ...(decided ?? { verdict: 'unsure', decidedAt: undefined, evidence: Math.max(onWorse, onBetter) }),
    pairs: pairs.length,
    difference: pairs.length === 0 ? 0 : sum / pairs.length,
  };
}
