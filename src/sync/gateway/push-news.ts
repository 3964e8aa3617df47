import type { Repo, Tier } from '../wire/names.ts';
import type { Gateway } from './connection.ts';
import { openPull } from './fetch-pull.ts';
import { emptyKnown } from './known.ts';
import type { Known, KnownTier } from './known.ts';
import { verifyDocument } from './pull-verify.ts';
import type { VerifiedTier } from './pull-verify.ts';
import type { Trust } from './trust.ts';

/** What a gateway has of a repo, held against its signatures; and what of it is not known here yet. */
export interface News {
  readonly tiers: readonly VerifiedTier[];
  /** Tiers that have a newer revision than the one known here. */
  readonly newer: readonly Tier[];
  /** Names what has changed, without a look at any content; where nothing was known, all there is. */
  readonly known: Known;
}

function sinceOf(known: Known | undefined): string {
  const parts = [...(known?.tiers ?? [])].map(([tier, { rev }]) => `${tier}:${rev}`);
  return parts.length === 0 ? '0' : parts.join(',');
}

/** What is asked about. */
interface NewsQuestion {
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  readonly known: Known | undefined;
}

/**
 * As `askNews`, for one who has work to do that gives way to nothing else: `sent` resolves when the gateway is being asked, or
 * could not be, and the answer is there after the work.
 */
export function beginNews(
  gateway: Gateway,
  trust: Trust,
  asked: NewsQuestion,
): { readonly sent: Promise<void>; readonly news: Promise<News> } {
  let onSent = (): void => undefined;
  const handedOver = new Promise<void>((resolve) => void (onSent = resolve));
  const news = askNews(gateway, trust, asked, onSent);
  // A failure is thrown where the answer is waited for: until then it is no unhandled rejection.
  const settled = news.then(
    () => undefined,
    () => undefined,
  );
  return { sent: Promise.race([handedOver, settled]), news };
}

/**
 * Asks where the tiers of a repo stand: one request, and no content. Throws as `ask`, and `refused` on what the gateway has
 * not signed.
 */
export async function askNews(
  gateway: Gateway,
  trust: Trust,
  { repo, scope, known }: NewsQuestion,
  onSent?: () => void,
): Promise<News> {
  const answer = await openPull(gateway, { repo, scope, since: sinceOf(known), contents: 'none' }, onSent);
  await answer.close();
  const tiers = verifyDocument(answer.document, { trust, repo, known, now: Date.now() });
  const newer = tiers.filter(({ tier, head }) => head.rev > (known?.tiers.get(tier)?.rev ?? 0)).map(({ tier }) => tier);
  const found = new Map<Tier, KnownTier>();
  for (const { tier, head, writable, files } of tiers) {
    const before = known?.tiers.get(tier);
    // What this machine has not taken in stays the base; that the gateway lets it write, or no longer does, is known at once.
    if (before !== undefined) found.set(tier, { ...before, writable, isLost: undefined });
    else if (head.rev === 0) found.set(tier, { rev: 0, digest: head.digest, writable, files, behind: new Map() });
  }
  // A tier that is not told of can no longer be read, nor written to.
  for (const [tier, before] of known?.tiers ?? [])
    if (!found.has(tier)) found.set(tier, { ...before, writable: false, isLost: true });
  return { tiers, newer, known: { ...(known ?? emptyKnown(gateway.url, trust.tenant)), tiers: found } };
}
