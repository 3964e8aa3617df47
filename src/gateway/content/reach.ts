import { tierKey } from '../../sync/wire/names.ts';
import type { Repo, Tier } from '../../sync/wire/names.ts';
import { mayWrite, readableTiers } from '../access/tiers.ts';
import { GatewayProblem } from '../problem.ts';
import type { Caller } from '../route.ts';

/** A tier of a repo, under the name that it has for everybody. */
export interface RepoTier {
  readonly repo: Repo;
  /** `tierKey`. */
  readonly tier: string;
}

/**
 * A tier that `caller` may read, or write. Throws `not_found` for all others, in the same words whether the tier is somebody
 * else's or nobody's.
 */
export function reach(caller: Caller | undefined, repo: Repo, tier: Tier, to: 'read' | 'write'): RepoTier {
  if (caller !== undefined && tiersOf(caller, repo).includes(tier)) {
    if (to === 'read' || mayWrite(caller, repo, tier)) return { repo, tier: tierKey(tier, caller.tenant) };
  }
  throw noSuchTier(to);
}

export function noSuchTier(to: 'read' | 'write'): GatewayProblem {
  return new GatewayProblem('not_found', `there is no tier of this name that this key may ${to}`);
}

/** The tiers of a repo that a caller may read. The kernel is the operator's alone: it has no tiers of tenants and teams. */
export function tiersOf(caller: Caller, repo: Repo): readonly Tier[] {
  const tiers = readableTiers(caller);
  return repo === 'os' ? tiers : tiers.filter((tier) => tier === 'subscriber' || tier === 'public');
}
