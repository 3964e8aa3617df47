import type { Gateway } from './connection.ts';
import { pin, readTrust } from './trust.ts';
import type { Trust } from './trust.ts';

/** Whom a tree trusts, and what a person should know of how that came about. */
export interface FoundTrust {
  readonly trust: Trust;
  readonly note?: string;
  /** Whether the tree has it on record. */
  readonly isPinned: boolean;
}

/**
 * The pinned key of a tree. A tree that was given an address and a key by hand has none: it pins what the gateway shows it
 * first, as ssh does, and says so; `keepTrust` does that, once something is carried out. Throws as `ask`, and `refused` where
 * the file is damaged.
 */
export async function findTrust(tree: string, gateway: Gateway): Promise<FoundTrust> {
  const pinned = readTrust(tree);
  if (pinned !== undefined && pinned.tenant !== '') return { trust: pinned, isPinned: true };
  // Once in the life of a tree: whoever has it pinned does not wait for the schemas to be loaded.
  const [{ readStatus }, { whoAmI }, { fingerprintOf }] = await Promise.all([
    import('./invite.ts'),
    import('./admin.ts'),
    import('../wire/invite-link.ts'),
  ]);
  const public_key = pinned?.public_key ?? (await readStatus(gateway.url)).public_key;
  const { tenant } = await whoAmI(gateway);
  const trust: Trust = { url: gateway.url, tenant, public_key };
  if (pinned !== undefined) return { trust, isPinned: false };
  const fingerprint = await fingerprintOf(public_key);
  return {
    trust,
    isPinned: false,
    note: `${gateway.url} was met without an invite: its key, with the fingerprint ${fingerprint}, is pinned by the first push or pull that is carried out; hold it against what its operator says`,
  };
}

/** Pins what was found, where it is not yet. */
export function keepTrust(tree: string, { trust, isPinned }: FoundTrust): void {
  if (!isPinned) pin(tree, trust);
}
