import { readEnv } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { keyPattern } from '../wire/names.ts';

/** Names of the environment, and of lines in the tree's `.env.cache`. */
export const addressName = 'SNAPPY_GATEWAY';
export const keyName = 'SNAPPY_MASTER_KEY';
/** While a key is changed: the one that is about to take the other's place. */
export const nextKeyName = 'SNAPPY_MASTER_KEY_NEXT';

/** A gateway as this tree knows it. */
export interface Gateway {
  /** `https://host` or `https://host/base`, without a slash at its end. */
  readonly url: string;
  /** The tenant's master key. Never print it, never put it into an address. */
  readonly key: string;
}

/** What joins a tree to a gateway, for a hint. */
const howToJoin = 'join one with: snappy invite redeem <url>   (or serve one yourself: snappy gateway)';

/**
 * The form in which addresses of gateways are compared and kept: no slash at the end, no query, no fragment. Throws `usage`
 * on what is no address of http or https, and on one with a name or a password in it.
 */
export function gatewayUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new SnappyError('usage', `${addressName} is not an address`, {
      hint: `expected https://host in .env.cache or the environment; ${howToJoin}`,
    });
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new SnappyError('usage', `${addressName} begins with ${url.protocol}`, {
      hint: 'expected https:// (or http:// on a network of your own)',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new SnappyError('usage', `${addressName} has a name or a password in it`, {
      hint: `expected https://host alone; the key belongs into ${keyName}`,
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** The gateway of a tree, or `undefined` where none is configured. Throws `usage` where what is configured cannot be used. */
export function configuredGateway(tree: string, env: NodeJS.ProcessEnv): Gateway | undefined {
  const address = readEnv(addressName, { tree, env });
  if (address === undefined) return undefined;
  const url = gatewayUrl(address);
  const key = readEnv(keyName, { tree, env });
  if (key === undefined) {
    throw new SnappyError('usage', `this tree has an address of a gateway, ${url}, and no key for it`, {
      hint: howToJoin,
    });
  }
  // It becomes a header: a line break in it would begin another one.
  if (!keyPattern.test(key)) {
    throw new SnappyError('usage', `${keyName} has characters that cannot be sent`, {
      hint: 'expected printable ASCII, as snappy makes keys',
    });
  }
  return { url, key };
}

/**
 * The gateway of a tree: from the environment, else from its `.env.cache`. Throws `usage` and says how to join one, or how to
 * finish a change of the key that was cut off: nobody knows then which of the two keys counts.
 */
export function findGateway(tree: string, env: NodeJS.ProcessEnv): Gateway {
  if (readEnv(nextKeyName, { tree, env: {} }) !== undefined) {
    throw new SnappyError('usage', 'a change of the master key was cut off', {
      hint: 'finish it first: snappy tenant rotate --apply',
    });
  }
  const found = configuredGateway(tree, env);
  if (found !== undefined) return found;
  throw new SnappyError('usage', 'this tree belongs to no gateway', { hint: howToJoin });
}

/** Whether a host is this machine alone: what is sent to it goes over no network, and from elsewhere it leads nowhere. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/.test(host);
}

/** What a person should know of the way to a gateway; `undefined` where there is nothing to say. */
export function noteOfAddress({ url }: Gateway): string | undefined {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLoopback(hostname)) return undefined;
  return `${url} is not encrypted: whoever is on the way reads the key and all that is sent; use https outside a network of your own`;
}
