import { formatManifest, parseManifest } from '../../sync/wire/manifest-text.ts';
import { emptyManifest } from '../../sync/wire/manifest.ts';
import type { Manifest } from '../../sync/wire/manifest.ts';
import { StoreError } from '../ports.ts';
import type { Home } from '../ports.ts';
import { manifestForm, newManifestKey } from './keys.ts';
import { LeastRecentlyUsed } from '../least-recently-used.ts';
import type { RepoTier } from './reach.ts';

/** Bytes of parsed manifests that a process keeps where its home says nothing: a Worker has 128 MB for all that it does at once. */
const keptAtMost = 32 * 1024 * 1024;
/** What a parsed manifest takes for each byte of its text: two with V8 and 5,000 files; paths of other scripts take more. */
const weightOfByte = 3;

interface Kept {
  readonly manifests: LeastRecentlyUsed<Manifest>;
  /** Many ask for one that is being read: the public one, just after a start. */
  readonly reading: Map<string, Promise<Manifest>>;
}
const keptOf = new WeakMap<Home['store'], Kept>();

function keptFor(home: Home): Kept {
  const known = keptOf.get(home.store);
  if (known !== undefined) return known;
  const made: Kept = { manifests: new LeastRecentlyUsed(home.config.manifestBytes ?? keptAtMost), reading: new Map() };
  keptOf.set(home.store, made);
  return made;
}

/**
 * The manifest under `key` (of a `HeadRow`; empty for the one that was never pushed). It is immutable, so that it is read
 * once. Throws `StoreError` where the store has none or a damaged one.
 */
export async function readManifest(home: Home, { repo, tier }: RepoTier, key: string): Promise<Manifest> {
  if (key === '') return emptyManifest(repo, tier);
  const { manifests, reading } = keptFor(home);
  const known = manifests.get(key) ?? reading.get(key);
  if (known !== undefined) return known;
  const read = load(home, key).finally(() => reading.delete(key));
  reading.set(key, read);
  return read;
}

async function load(home: Home, key: string): Promise<Manifest> {
  const form = manifestForm(key);
  const bytes = await home.store.get(key);
  if (bytes === undefined || form === undefined)
    throw new StoreError(`there is no manifest ${key}`, { retryable: false });
  try {
    const text = new TextDecoder().decode(home.platform.decompress(form.codec, bytes, form.rawSize));
    const manifest = parseManifest(text);
    keptFor(home).manifests.set(key, manifest, form.rawSize * weightOfByte);
    return manifest;
  } catch (cause) {
    // What was cut off on its way is whole the next time.
    throw new StoreError(`the manifest ${key} is damaged`, { retryable: true, cause });
  }
}

/** A manifest as an object of the store, under a name of its own. */
export interface PackedManifest {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Keeps the manifest for those who read it next, once it counts. */
  keep(): void;
}

export function packManifest(home: Home, { repo, tier }: RepoTier, manifest: Manifest): PackedManifest {
  const raw = new TextEncoder().encode(formatManifest(manifest));
  const { codec, bytes } = home.platform.compress(raw, 'list');
  const key = newManifestKey(repo, tier, manifest.rev, { codec, rawSize: raw.length });
  return { key, bytes, keep: () => keptFor(home).manifests.set(key, manifest, raw.length * weightOfByte) };
}
