import { SnappyError } from '../../core/errors.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { configuredGateway } from './connection.ts';
import type { Gateway } from './connection.ts';
import { loadKnown } from './known.ts';

const canonical: readonly Tier[] = ['public', 'subscriber'];

/**
 * What this tree has pulled of its gateway's canonical: for each repo the revisions of its tiers, added up. Each counts up
 * only, so it is what the gateway says at `/_status` when all of it was pulled, and less else. `undefined` without a gateway that can be asked.
 */
export function heldCanonical(tree: string, env: NodeJS.ProcessEnv): Readonly<Record<Repo, number>> | undefined {
  const gateway = gatewayOrNone(tree, env);
  if (gateway === undefined) return undefined;
  const held = (repo: Repo): number => {
    const tiers = loadKnown(tree, repo, gateway).known?.tiers;
    return canonical.reduce((sum, tier) => sum + (tiers?.get(tier)?.rev ?? 0), 0);
  };
  return { os: held('os'), kernel: held('kernel') };
}

/** An address without a key is told of by whoever needs the key. */
function gatewayOrNone(tree: string, env: NodeJS.ProcessEnv): Gateway | undefined {
  try {
    return configuredGateway(tree, env);
  } catch (cause) {
    if (cause instanceof SnappyError) return undefined;
    throw cause;
  }
}
