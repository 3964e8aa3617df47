import { headText } from '../../sync/wire/head.ts';
import type { Head, SignedHead } from '../../sync/wire/head.ts';
import { LeastRecentlyUsed } from '../least-recently-used.ts';
import type { Home } from '../ports.ts';
import { toBase64Url } from '../../sync/wire/base64url.ts';
import { deriveKeys } from './derive.ts';

/** How long a signed head holds, and how long the same one is given again: tiers that all read are signed once for all. */
const lifetime = 10 * 60 * 1_000;
const again = 30_000;

const signed = new WeakMap<Home, LeastRecentlyUsed<SignedHead>>();

/** States `head` with the gateway's signature: from now on, for 10 minutes. */
export async function signHead(home: Home, head: Omit<Head, 'issued' | 'expires'>): Promise<SignedHead> {
  const cache = signed.get(home) ?? new LeastRecentlyUsed<SignedHead>(4_096);
  signed.set(home, cache);
  const name = [head.repo, head.tier, head.rev, head.digest].join(' ');
  const now = home.platform.now().getTime();
  const known = cache.get(name);
  if (known !== undefined && isFresh(known, now)) return known;

  const issued = new Date(now).toISOString();
  const expires = new Date(now + lifetime).toISOString();
  const { repo, tier, rev, digest, files, bytes } = head;
  const stated: Head = { repo, tier, rev, digest, files, bytes, issued, expires };
  const { signing } = await deriveKeys(home.config.secret);
  const signature = await crypto.subtle.sign('Ed25519', signing, new TextEncoder().encode(headText(stated)));
  const made = { ...stated, signature: toBase64Url(new Uint8Array(signature)) };
  cache.set(name, made, 1);
  return made;
}

// A clock that was set back must not give what lies in its future.
function isFresh({ issued }: SignedHead, now: number): boolean {
  const age = now - Date.parse(issued);
  return age >= 0 && age < again;
}
