import { sha256Pattern } from '../../sync/wire/names.ts';
import type { Home } from '../ports.ts';
import { fromBase64Url, toBase64Url } from '../../sync/wire/base64url.ts';
import { sameHash } from '../access/secret-hash.ts';
import { deriveKeys } from '../trust/derive.ts';
import type { RepoTier } from './reach.ts';

/** How long an address takes a file, in seconds, counted to the begin of its sending. */
export const uploadHolds = 3_600;

/** A large file, by what it is. */
export interface LargeFile {
  readonly sha256: string;
  readonly size: number;
}

/** What an address of the gateway takes: one file, by its sha256 and size, into one tier. */
export interface Upload {
  readonly place: RepoTier;
  readonly blob: LargeFile;
  /** Who asked for the address. */
  readonly tenant: string;
}

/** The last part of an address that takes `blob` and nothing else: its words, and an HMAC of them under the gateway's key. */
export async function makeUploadToken(home: Home, { place, blob, tenant }: Upload): Promise<string> {
  const expires = Math.floor(home.platform.now().getTime() / 1_000) + uploadHolds;
  const words = new TextEncoder().encode([place.repo, place.tier, blob.sha256, blob.size, expires, tenant].join(' '));
  const { upload } = await deriveKeys(home.config.secret);
  return `${toBase64Url(words)}.${toBase64Url(home.platform.hmac(upload, words))}`;
}

/** `undefined` for what this gateway has not made, or whose time is over. */
export async function readUploadToken(home: Home, token: string): Promise<Upload | undefined> {
  const [text = '', mac = ''] = token.split('.');
  const words = fromBase64Url(text);
  if (words === undefined) return undefined;
  const { upload } = await deriveKeys(home.config.secret);
  if (!sameHash(mac, toBase64Url(home.platform.hmac(upload, words)))) return undefined;
  const [repo, tier = '', sha256 = '', size, expires, tenant = ''] = new TextDecoder().decode(words).split(' ');
  if (Number(expires) * 1_000 < home.platform.now().getTime() || !sha256Pattern.test(sha256)) return undefined;
  return {
    place: { repo: repo === 'kernel' ? 'kernel' : 'os', tier },
    blob: { sha256, size: Number(size) },
    tenant,
  };
}
