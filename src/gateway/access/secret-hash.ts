import type { Home } from '../ports.ts';
import { toBase64Url } from '../../sync/wire/base64url.ts';
import { deriveKeys } from '../trust/derive.ts';

/** A master key as the gateway knows it: never the key itself. */
export interface KeyProof {
  /** The first 12 hex of its sha256: what rows are found by. A name, not a proof: 48 bits can be collided. */
  readonly keyId: string;
  /** The whole sha256 in hex. */
  readonly sha256: string;
  /** HMAC-SHA256 of the whole key under the gateway's pepper: what is kept and compared. */
  readonly hash: string;
}

export async function proofOf(home: Home, key: string): Promise<KeyProof> {
  const sha256 = home.platform.sha256(new TextEncoder().encode(key));
  return { keyId: sha256.slice(0, 12), sha256, hash: await keyedHash(home, key) };
}

/** What is kept of an invite's code: no key of a tenant hashes to the same. */
export async function codeHash(home: Home, code: string): Promise<string> {
  return keyedHash(home, `invite\n${code}`);
}

async function keyedHash({ platform, config }: Home, text: string): Promise<string> {
  const { pepper } = await deriveKeys(config.secret);
  return toBase64Url(platform.hmac(pepper, new TextEncoder().encode(text)));
}

/** Whether two hashes are the same, in a time that says nothing of where they differ. */
export function sameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
