import { createHash, randomBytes } from 'node:crypto';
import { readEnv } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { storeSecrets } from '../../core/secret-store.ts';
import { gatewayUrl } from '../../sync/gateway/connection.ts';
import { faultOfKey, makeKey } from '../../sync/wire/key-strength.ts';

/** The tree whose master key is the operator's, and whether that key has to be made first. */
export interface Operator {
  readonly tree: string;
  /** `undefined` where the tree has none yet. */
  readonly key: string | undefined;
}

/**
 * Looks at a tree that is to be the operator of the gateway at `url` (`undefined`: not known yet). Throws `refused` where it
 * belongs to another gateway, or has a key that could be guessed.
 */
export function readOperator(tree: string, env: NodeJS.ProcessEnv, url: string | undefined): Operator {
  const address = readEnv('SNAPPY_GATEWAY', { tree, env });
  if (address !== undefined && (url === undefined || gatewayUrl(address) !== url)) {
    throw new SnappyError('refused', `the tree ${tree} belongs to the gateway at ${gatewayUrl(address)} already`, {
      hint: 'name another tree with --tree, or take SNAPPY_GATEWAY and SNAPPY_MASTER_KEY out of its .env.cache',
    });
  }
  const key = readEnv('SNAPPY_MASTER_KEY', { tree, env });
  const fault = key === undefined ? undefined : faultOfKey(key);
  if (fault !== undefined) {
    throw new SnappyError('refused', `the master key of ${tree} is too weak for an operator: ${fault}`, {
      hint: 'take SNAPPY_MASTER_KEY out of .env.cache and run this again: it makes a strong one',
    });
  }
  return { tree, key };
}

/** Gives the operator's tree its key, where it has none, before anything relies on it; and the key's hash. */
export function giveKey({ tree, key }: Operator): { readonly hash: string } {
  const held = key ?? makeKey(randomBytes(32));
  if (key === undefined) storeSecrets(tree, { SNAPPY_MASTER_KEY: held });
  return { hash: createHash('sha256').update(held).digest('hex') };
}

/** The one secret of a gateway: 256 bits. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}
