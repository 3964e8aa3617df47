import type { Codec } from '../../sync/wire/manifest.ts';
import type { Repo } from '../../sync/wire/names.ts';
import type { RepoTier } from './reach.ts';

const folderOf: Readonly<Record<Repo, string>> = { os: 'snappy-os', kernel: 'snappy-kernel' };
/** What a gateway keeps for itself lies in a folder of this name; no file of anybody's is copied into it. */
export const ownFolder = '.snappy';

/** The folder of a tier's own objects, without a slash at its end. `tier` is a `tierKey`. */
function folderOfTier(repo: Repo, tier: string): string {
  const [kind = '', name] = tier.split(':');
  // The canonical's files lie below the repo's folder under their own paths, so its two tiers need a name each.
  if (name === undefined) return `${folderOf[repo]}/${ownFolder}/${kind}`;
  return `${folderOf[repo]}-${kind === 'team' ? 'teams' : 'tenants'}/${name}/${ownFolder}`;
}

/** Where a person finds a file of the canonical. */
export function plainKey(repo: Repo, path: string): string {
  return `${folderOf[repo]}/${path}`;
}

/** Where a team's files lay before gateways had manifests. */
export function legacyTeamPrefix(slug: string): string {
  return `snappy-os-clients/${slug}/`;
}

/**
 * A name that no other attempt has: two pushes of one revision, or one push that is sent twice, never write to one object. The
 * revision is for people.
 */
function attempt(rev: number): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${String(rev).padStart(8, '0')}-${hex}`;
}

export function newPackKey(repo: Repo, tier: string, rev: number): string {
  return `${folderOfTier(repo, tier)}/packs/${attempt(rev)}`;
}

const extensions: Readonly<Record<Codec, string>> = { none: '', gzip: '.gz', zstd: '.zst' };

/** A manifest's name says how it is compressed and what it has when it is not: `zstdcat` shows it to a person. */
export function newManifestKey(repo: Repo, tier: string, rev: number, form: { codec: Codec; rawSize: number }): string {
  return `${folderOfTier(repo, tier)}/manifests/${attempt(rev)}.${form.rawSize}.json${extensions[form.codec]}`;
}

export function manifestForm(key: string): { readonly codec: Codec; readonly rawSize: number } | undefined {
  const found = /\.(\d{1,10})\.json(\.gz|\.zst)?$/.exec(key);
  if (found === null) return undefined;
  const codec = found[2] === '.zst' ? 'zstd' : found[2] === '.gz' ? 'gzip' : 'none';
  return { codec, rawSize: Number(found[1]) };
}

/** A large file that was checked. */
export function blobKey(repo: Repo, tier: string, sha256: string): string {
  return `${folderOfTier(repo, tier)}/blobs/${sha256}`;
}

/** Where all lies that was sent ahead of a push. No revision names anything here. */
export const incomingPrefix = 'snappy-incoming/';

/**
 * Where something waits that was sent on `day` (`2026-11-01`, UTC), a part or a large file, for the push that names it. Named
 * by its content, so that the same one again is the same object.
 */
export function incomingKey(day: string, { repo, tier }: RepoTier, sha256: string): string {
  return `${incomingPrefix}${day}/${repo}/${tier.replace(':', '/')}/${sha256}`;
}

/** The day in the name of something that waits. */
export function dayOfIncoming(key: string): string {
  return key.slice(incomingPrefix.length).split('/', 1)[0] ?? '';
}
