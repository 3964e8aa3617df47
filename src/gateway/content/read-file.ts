import type { Manifest, ManifestEntry } from '../../sync/wire/manifest.ts';
import { StoreError } from '../ports.ts';
import type { Home } from '../ports.ts';
import { blobKey } from './keys.ts';
import type { RepoTier } from './reach.ts';

/**
 * The content of a file that a manifest names: bytes where it lies in a frame, a stream where it is large. Throws `StoreError`
 * where the store has not what it was given.
 */
export async function openFile(
  home: Home,
  place: RepoTier,
  manifest: Manifest,
  file: ManifestEntry,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  return 'frame' in file ? new FrameByFrame(home).read(manifest, file) : openBlob(home, place, file);
}

/** A large file, which lies by itself. */
export async function openBlob(
  home: Home,
  { repo, tier }: RepoTier,
  { sha256 }: Pick<ManifestEntry, 'sha256'>,
): Promise<ReadableStream<Uint8Array>> {
  const body = await home.store.stream(blobKey(repo, tier, sha256));
  if (body === undefined) throw new StoreError(`there is no blob ${sha256}`, { retryable: false });
  return body;
}

/** Reads files that lie in frames. Those beside each other are in one: it is read and uncompressed once. */
export class FrameByFrame {
  readonly #home: Home;
  #last: { readonly manifest: Manifest; readonly frame: number; readonly raw: Uint8Array } | undefined;

  constructor(home: Home) {
    this.#home = home;
  }

  async read(manifest: Manifest, { frame, at, size }: Extract<ManifestEntry, { frame: number }>): Promise<Uint8Array> {
    if (this.#last?.manifest !== manifest || this.#last.frame !== frame) {
      this.#last = { manifest, frame, raw: await readFrame(this.#home, manifest, frame) };
    }
    return this.#last.raw.subarray(at, at + size);
  }
}

/** A frame, uncompressed. */
async function readFrame(home: Home, manifest: Manifest, number: number): Promise<Uint8Array> {
  const frame = manifest.frames[number];
  if (frame === undefined) throw new StoreError(`there is no frame ${number}`, { retryable: false });
  const { pack, at, size, codec, rawSize } = frame;
  const bytes = await readPack(home, pack, { at, length: size });
  try {
    return home.platform.decompress(codec, bytes, rawSize);
  } catch (cause) {
    throw new StoreError(`a frame of ${pack} is damaged`, { retryable: true, cause });
  }
}

/** A range of a pack. A store is asked for none without bytes, as empty files have: S3 knows no such range (RFC 9110 14.1.2). */
export async function readPack(
  home: Home,
  pack: string,
  range: { readonly at: number; readonly length: number },
): Promise<Uint8Array> {
  if (range.length === 0) return new Uint8Array(0);
  const bytes = await home.store.get(pack, range);
  if (bytes === undefined) throw new StoreError(`there is no pack ${pack}`, { retryable: false });
  return bytes;
}

/** A file of a manifest by its path: manifests are sorted. */
export function findFile({ files }: Manifest, path: string): ManifestEntry | undefined {
  let from = 0;
  let to = files.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const file = files[middle];
    if (file === undefined || file.path === path) return file;
    if (file.path < path) from = middle + 1;
    else to = middle;
  }
  return undefined;
}
