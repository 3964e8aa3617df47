import type { Known } from './known.ts';
import type { PushPlan } from './plan-push.ts';
import { askNews } from './push-news.ts';
import type { PushWorld } from './push.ts';

/** Paths that a plan lays in one tier as new, and another one has. */
function forksOf({ tiers: plans }: PushPlan, { tiers }: Known): string[] {
  const files = plans.flatMap((plan) => plan.files.map((file) => ({ ...file, tier: plan.tier })));
  const isElsewhere = (path: string, tier: string): boolean =>
    [...tiers].some(([other, known]) => other !== tier && known.files.has(path));
  return files.flatMap(({ path, change, tier }) => (change === 'new' && isElsewhere(path, tier) ? [path] : []));
}

/**
 * Whether a tier has something newer of a file that is about to be laid in another tier: it may have come here by another way
 * (a sync, a copy), and be no change of this machine. Asks the gateway where there is such a file, and then alone.
 */
export async function isOutdatedFork({ request, found }: PushWorld, known: Known, plan: PushPlan): Promise<boolean> {
  const forks = forksOf(plan, known);
  if (forks.length === 0) return false;
  const { gateway, repo, scope } = request;
  const { tiers, newer } = await askNews(gateway, found.trust, { repo, scope, known });
  const touched = new Set(tiers.filter(({ tier }) => newer.includes(tier)).flatMap((one) => one.touched));
  return forks.some((path) => touched.has(path));
}
