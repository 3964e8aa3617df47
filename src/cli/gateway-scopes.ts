import { configuredGateway } from '../sync/gateway/connection.ts';
import { loadKnown } from '../sync/gateway/known.ts';
import { readTrust } from '../sync/gateway/trust.ts';
import { repos } from '../sync/wire/names.ts';
import type { Repo, Tier } from '../sync/wire/names.ts';
import { countOf } from './columns.ts';

/** A tier as this machine saw it last. */
export interface SeenTier {
  readonly repo: Repo;
  readonly tier: Tier;
  readonly rev: number;
  readonly files: number;
  readonly writable: boolean;
  /** This key may no longer read it. */
  readonly lost: boolean;
}

/** What this machine knows of its gateway, without asking it. */
export interface GatewayView {
  readonly url: string;
  /** Empty until the gateway has said it. */
  readonly tenant: string;
  readonly tiers: readonly SeenTier[];
}

/** The gateway of a tree as it was seen last; `undefined` where none is configured. Throws as `configuredGateway`. */
export function viewGateway(tree: string, env: NodeJS.ProcessEnv): GatewayView | undefined {
  const gateway = configuredGateway(tree, env);
  if (gateway === undefined) return undefined;
  const trust = readTrust(tree);
  const tiers = repos.flatMap((repo) =>
    [...(loadKnown(tree, repo, gateway).known?.tiers ?? [])].map(
      ([tier, { rev, files, writable, isLost = false }]) => ({
        repo,
        tier,
        rev,
        files: files.size,
        writable,
        lost: isLost,
      }),
    ),
  );
  return { url: gateway.url, tenant: trust?.url === gateway.url ? trust.tenant : '', tiers };
}

type Scope = 'YOUR TENANT' | 'SHARED STATE' | 'GLOBALLY';

/** The scopes that a gateway fills, and what is true of each without one. */
export const remoteScopes: readonly (readonly [scope: Scope, alone: string])[] = [
  ['YOUR TENANT', 'your machines know of each other by git alone'],
  ['SHARED STATE', 'nothing is shared with anybody'],
  ['GLOBALLY', 'nothing is taken from everybody, nor given'],
];

function scopeOf(tier: Tier): Scope {
  if (tier === 'private') return 'YOUR TENANT';
  return tier.startsWith('team:') ? 'SHARED STATE' : 'GLOBALLY';
}

const nothing: Readonly<Record<Scope, string>> = {
  'YOUR TENANT': 'nothing of your own is there yet (snappy push)',
  'SHARED STATE': 'nothing of a team was pulled yet (snappy pull)',
  GLOBALLY: 'nothing of everybody was pulled yet (snappy pull)',
};

const seenOf = (scope: Scope, { tiers }: GatewayView): SeenTier[] =>
  tiers.filter(({ tier, rev }) => rev > 0 && scopeOf(tier) === scope);

/** One scope in lines: each tier with its revision, as it was seen last. */
export function describeScope(scope: Scope, view: GatewayView): string[] {
  const lines = seenOf(scope, view).map(
    ({ repo, tier, rev, files, writable, lost }) =>
      `${repo} ${tier}: revision ${rev}, ${countOf(files, 'file')}${lost ? ', which this key may no longer read' : writable ? '' : ', to read'}`,
  );
  const who = `${view.tenant === '' ? 'a tenant' : view.tenant} at ${view.url}`;
  return [...(scope === 'YOUR TENANT' ? [who] : []), ...(lines.length === 0 ? [nothing[scope]] : lines)];
}

/** The scopes for a program. */
export function scopesData(view: GatewayView): Record<Scope, unknown> {
  const { url, tenant } = view;
  const of = (scope: Scope): unknown => ({ gateway: url, tiers: seenOf(scope, view) });
  return {
    'YOUR TENANT': { gateway: url, tenant, tiers: seenOf('YOUR TENANT', view) },
    'SHARED STATE': of('SHARED STATE'),
    GLOBALLY: of('GLOBALLY'),
  };
}
