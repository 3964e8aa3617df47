import { readEnv } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { addressName, configuredGateway, gatewayUrl, keyName } from './connection.ts';
import type { Gateway } from './connection.ts';
import { askStatus } from './invite.ts';
import { loadKnown } from './known.ts';

/** For each repo the revisions of the canonical's tiers, added up: each counts up only. */
type Revisions = Readonly<Record<Repo, number>>;

/** What a gateway said of itself at `/_status`, or why nothing is known of it. */
export interface GatewayStatus {
  readonly ok: boolean;
  /** For a person; never with the key, or a password of an address, in it. */
  readonly message: string;
  /** What to do, where it is not ok. */
  readonly hint?: string | undefined;
  /** What the key of the tree may read of it; without a key the public alone. */
  readonly canonical?: Revisions;
  /** What the tree has pulled of that: the same where that is all of it, and less else. */
  readonly held?: Revisions;
}

const canonicalTiers: readonly Tier[] = ['public', 'subscriber'];

function heldCanonical(tree: string, gateway: Gateway): Revisions {
  const held = (repo: Repo): number => {
    const tiers = loadKnown(tree, repo, gateway).known?.tiers;
    return canonicalTiers.reduce((sum, tier) => sum + (tiers?.get(tier)?.rev ?? 0), 0);
  };
  return { os: held('os'), kernel: held('kernel') };
}

/** The gateway of a tree, with an empty key where it has none: what is public is told without one. */
function findGateway(tree: string, env: NodeJS.ProcessEnv): Gateway | undefined {
  if (readEnv(keyName, { tree, env }) !== undefined) return configuredGateway(tree, env);
  const address = readEnv(addressName, { tree, env });
  return address === undefined ? undefined : { url: gatewayUrl(address), key: '' };
}

/**
 * Asks the gateway of a tree how it is, once, and gives up after three seconds of silence. `undefined` where none is
 * configured. Throws nothing that a person can act on: that is the message.
 */
export async function readGatewayStatus(tree: string, env: NodeJS.ProcessEnv): Promise<GatewayStatus | undefined> {
  try {
    const gateway = findGateway(tree, env);
    if (gateway === undefined) return undefined;
    const { version, canonical } = await askStatus(gateway, { timeout: 3_000, idempotent: false });
    const message = `the gateway ${new URL(gateway.url).host} is there, version ${version}`;
    return { ok: true, message, canonical, held: heldCanonical(tree, gateway) };
  } catch (cause) {
    if (!(cause instanceof SnappyError)) throw cause;
    return { ok: false, message: cause.message, hint: cause.hint };
  }
}
