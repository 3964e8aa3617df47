import type { Known } from './known.ts';
import type { PushPlan } from './plan-push.ts';
import type { News } from './push-news.ts';

/** Tiers that have something newer than is known here. */
const newerOf = ({ tiers, newer }: News): News['tiers'] => tiers.filter(({ tier }) => newer.includes(tier));

/**
 * Whether a tier has something newer of a file that a plan lays in a tier for the first time: it may have come here by another
 * way (a sync, a copy), and be no change of this machine.
 */
export function isOutdated({ tiers: plans }: PushPlan, news: News): boolean {
  const touched = new Set(newerOf(news).flatMap((tier) => tier.touched));
  return plans.some(({ files }) => files.some(({ path, change }) => change === 'new' && touched.has(path)));
}

/** Whether a plan lays a path in one tier as new that another one is known to have. */
function hasFork({ tiers: plans }: PushPlan, { tiers }: Known): boolean {
  const isElsewhere = (path: string, tier: string): boolean =>
    [...tiers].some(([other, known]) => other !== tier && known.files.has(path));
  return plans.some(({ tier, files }) => files.some(({ path, change }) => change === 'new' && isElsewhere(path, tier)));
}

/** As `isOutdated`, of a plan that was made since the gateway was asked. It is asked again where a file is in two tiers, and then alone. */
export async function isOutdatedFork(plan: PushPlan, known: Known, ask: () => Promise<News>): Promise<boolean> {
  return hasFork(plan, known) && isOutdated(plan, await ask());
}

/** A plan without the files that stand in a newer revision of a tier just as they are here: a push takes them from there. */
export function withoutTheirs(plan: PushPlan, news: News): PushPlan {
  const newer = newerOf(news);
  const isTheirs = (path: string, sha256: string, exec: boolean): boolean =>
    newer.some(({ files }) => files.get(path)?.sha256 === sha256 && files.get(path)?.exec === exec);
  const tiers = plan.tiers.map((tier) => ({
    ...tier,
    files: tier.files.filter(({ path, sha256, exec, change }) => change !== 'new' || !isTheirs(path, sha256, exec)),
  }));
  return { ...plan, tiers: tiers.filter(({ files, gone }) => files.length + gone.length > 0) };
}
