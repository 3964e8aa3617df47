import type { Repo, Tier } from '../wire/names.ts';
import type { Known } from './known.ts';
import { heldBack } from './plan-push.ts';
import { previewPush } from './push.ts';
import type { PushPreview, PushRequest } from './push.ts';

/** Where one tier stands, at the gateway and here. */
export interface TierStanding {
  readonly tier: Tier;
  /** At the gateway. */
  readonly rev: number;
  readonly files: number;
  readonly writable: boolean;
  /** The revision that was last taken in here; 0 where none was. */
  readonly here: number;
  /** Files that differ at the gateway from what was last taken in here. */
  readonly news: number;
  /** Files that a pull of all would still bring. */
  readonly behind: number;
}

/** What differs between a repo here and at its gateway. */
export interface RepoStanding {
  readonly repo: Repo;
  readonly gateway: string;
  readonly tiers: readonly TierStanding[];
  readonly toPush: { readonly files: number; readonly gone: number };
  readonly preview: PushPreview;
  /** Files here that a push would hold back: refused, or not this key's to send. */
  readonly held: number;
  /** Nothing is to be pushed, nothing held back, and nothing to be pulled. */
  readonly isSame: boolean;
}

function tierOf(known: Known, { tier, head, writable, touched }: PushPreview['news']['tiers'][number]): TierStanding {
  const before = known.tiers.get(tier);
  return {
    tier,
    rev: head.rev,
    files: head.files,
    writable,
    here: before?.rev ?? 0,
    news: touched.length,
    behind: before?.behind.size ?? 0,
  };
}

/**
 * How a repo stands against its gateway, file by file. Reads, asks the gateway once, and changes nothing. Throws as
 * `previewPush`.
 */
export async function readStanding(request: PushRequest): Promise<RepoStanding> {
  const preview = await previewPush(request);
  const { plan, news } = preview;
  const tiers = news.tiers.map((tier) => tierOf(news.known, tier));
  const files = plan.tiers.reduce((sum, tier) => sum + tier.files.length, 0);
  const gone = plan.tiers.reduce((sum, tier) => sum + tier.gone.length, 0);
  const held = heldBack(plan);
  const isSame = files + gone + held === 0 && news.newer.length === 0 && tiers.every(({ behind }) => behind === 0);
  const { repo, gateway } = request;
  return { repo, gateway: gateway.url, tiers, toPush: { files, gone }, held, preview, isSame };
}
