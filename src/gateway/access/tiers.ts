import { byPrecedence } from '../../sync/wire/names.ts';
import type { Repo, Tier } from '../../sync/wire/names.ts';
import type { Caller } from '../route.ts';

type Rights = Pick<Caller, 'role' | 'grants'>;

/** The tiers a tenant may read, the one that counts first in front. What is not in here does not exist for it. */
export function readableTiers({ role, grants }: Rights): Tier[] {
  const teams = grants.teams.map(({ slug }): Tier => `team:${slug}`);
  const subscriber: Tier[] = role === 'operator' || grants.subscriber ? ['subscriber'] : [];
  const tiers: Tier[] = ['private', ...teams, ...subscriber, 'public'];
  return tiers.toSorted(byPrecedence);
}

/** Whether a tenant may push to a tier. The kernel and the canonical are the operator's to write. */
export function mayWrite({ role, grants }: Rights, repo: Repo, tier: Tier): boolean {
  if (tier === 'public' || tier === 'subscriber') return role === 'operator';
  if (repo === 'kernel') return false;
  return tier === 'private' || grants.teams.some(({ slug, write }) => write && tier === `team:${slug}`);
}
