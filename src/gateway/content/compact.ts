import { groupBy } from '../../core/group-by.ts';
import type { Frame, Manifest, ManifestEntry } from '../../sync/wire/manifest.ts';
import type { Home } from '../ports.ts';
import { FrameWriter } from './pack-writer.ts';
import { newPackKey } from './keys.ts';
import type { RepoTier } from './reach.ts';
import { readPack } from './read-file.ts';

/** A pack with less than this in files that count, uncompressed, is small. */
const smallPack = 2 * 1024 * 1024;
/** Small packs that a manifest may name before they become one: each is a request of a pull where clients ask the store. */
const smallAtMost = 24;
/** What one push looks through: uncompressed bytes, and packs, each of which is a request to the store. */
const bytesAtOnce = 12 * 1024 * 1024;
const packsAtOnce = 32;

/** A frame with that many bytes ends with its revision, so that others need not come with it. */
const smallFrame = 128 * 1024;

/** What is in a file, once for all files of that content. */
interface Content {
  readonly sha256: string;
  /** The newest revision that a file came to it with. */
  readonly rev: number;
  readonly bytes: Uint8Array;
}

/** A manifest whose files lie in fewer packs. */
export interface Compacted {
  readonly manifest: Manifest;
  /** Settles when the store has the new pack. */
  readonly stored: Promise<unknown>;
  discard(): Promise<void>;
}

/**
 * Lays what counts of many small packs together into one, the newest first. In a tier that several read, so it does with frames
 * in which something does not count any more: who comes later is not to be sent what was taken out. `undefined` where there is
 * nothing of either. Packs stay where they are: older revisions name them. `coming` are packs on their way into the store.
 */
export async function compactPacks(
  home: Home,
  { repo, tier }: RepoTier,
  manifest: Manifest,
  coming: ReadonlySet<string>,
): Promise<Compacted | undefined> {
  const dead = tier.startsWith('private:') ? [] : framesWithDead(manifest, coming);
  const chosen = withinBounds(manifest, [...dead, ...framesOfSmall(manifest, coming)]);
  if (chosen.size === 0) return undefined;
  const contents = await readContents(home, manifest, chosen).catch(() => undefined);
  // It can wait for another push: a store that fails here is no reason to fail.
  if (contents === undefined) return undefined;

  const writer = new FrameWriter(home, () => newPackKey(repo, tier, manifest.rev));
  const places = layDown(writer, contents);
  const frames = writer.finish();
  return {
    manifest: renumber(manifest, chosen, { frames, places }),
    stored: writer.packs.stored(),
    discard: () => writer.packs.discard(),
  };
}

/** Frames of the small packs, the smallest first, once there are too many of them. */
function framesOfSmall({ frames, files }: Manifest, coming: ReadonlySet<string>): number[] {
  const packs = new Map<string, { live: number; raw: number; frames: number[] }>();
  for (const [index, { pack, rawSize }] of frames.entries()) {
    const known = packs.get(pack) ?? { live: 0, raw: 0, frames: [] };
    packs.set(pack, known);
    known.raw += rawSize;
    known.frames.push(index);
  }
  for (const file of files) {
    const known = 'frame' in file ? packs.get(frames[file.frame]?.pack ?? '') : undefined;
    if (known !== undefined) known.live += file.size;
  }
  const small = [...packs].filter(([pack, { live }]) => live < smallPack && !coming.has(pack));
  if (small.length <= smallAtMost) return [];
  return small.toSorted(([, a], [, b]) => a.raw - b.raw).flatMap(([, pack]) => pack.frames);
}

/** Frames with bytes that are of no file of the manifest. */
function framesWithDead({ frames, files }: Manifest, coming: ReadonlySet<string>): number[] {
  const live = frames.map(() => new Map<number, number>());
  // Files of one content share a place; so does an empty one with what follows it.
  for (const file of files) if ('frame' in file && file.size > 0) live[file.frame]?.set(file.at, file.size);
  const isWhole = (index: number, rawSize: number): boolean =>
    [...(live[index]?.values() ?? [])].reduce((sum, size) => sum + size, 0) >= rawSize;
  return frames.flatMap(({ pack, rawSize }, index) => (coming.has(pack) || isWhole(index, rawSize) ? [] : [index]));
}

/** As many of these frames as one push looks through. */
function withinBounds({ frames }: Manifest, wanted: readonly number[]): ReadonlySet<number> {
  const chosen = new Set<number>();
  const packs = new Set<string>();
  let looked = 0;
  for (const index of wanted) {
    const { pack = '', rawSize = 0 } = frames[index] ?? {};
    if (chosen.has(index) || looked + rawSize > bytesAtOnce) continue;
    if (!packs.has(pack) && packs.size === packsAtOnce) continue;
    chosen.add(index);
    packs.add(pack);
    looked += rawSize;
  }
  return chosen;
}

/** The contents of the files in the chosen frames, each once. Throws where one is not what it was. */
async function readContents(
  home: Home,
  { frames, files }: Manifest,
  chosen: ReadonlySet<number>,
): Promise<readonly Content[]> {
  const inside = groupBy(
    files.flatMap((file) => ('frame' in file && chosen.has(file.frame) ? [file] : [])),
    ({ frame }) => frame,
  );
  const packs = groupBy(
    frames.flatMap((frame, index) => (chosen.has(index) ? [{ frame, index }] : [])),
    ({ frame }) => frame.pack,
  );
  const found = new Map<string, Uint8Array>();
  for (const [pack, own] of packs) {
    for await (const { index, raw } of readFrames(home, pack, own)) {
      for (const { path, sha256, size, at } of inside.get(index) ?? []) {
        const bytes = raw.slice(at, at + size);
        if (home.platform.sha256(bytes) !== sha256) throw new Error(`${path} is damaged in its pack`);
        found.set(sha256, bytes);
      }
    }
  }
  return inOrder(files, found);
}

/** By revision, then by path: who was away for a few pushes then needs few frames. */
function inOrder(files: readonly ManifestEntry[], found: ReadonlyMap<string, Uint8Array>): Content[] {
  const left = new Map(found);
  const ordered: Content[] = [];
  for (const { sha256, rev } of files.toSorted((a, b) => b.rev - a.rev)) {
    const bytes = left.get(sha256);
    if (bytes === undefined) continue;
    left.delete(sha256);
    ordered.push({ sha256, rev, bytes });
  }
  return ordered;
}

type NumberedFrame = { readonly frame: Frame; readonly index: number };

/** The frames of a pack, by one read of it: it was written by one push. */
async function* readFrames(
  home: Home,
  pack: string,
  own: readonly NumberedFrame[],
): AsyncGenerator<{ readonly index: number; readonly raw: Uint8Array }> {
  const from = Math.min(...own.map(({ frame }) => frame.at));
  const to = Math.max(...own.map(({ frame }) => frame.at + frame.size));
  const bytes = await readPack(home, pack, { at: from, length: to - from });
  for (const { index, frame } of own) {
    const payload = bytes.subarray(frame.at - from, frame.at - from + frame.size);
    yield { index, raw: home.platform.decompress(frame.codec, payload, frame.rawSize) };
  }
}

function layDown(writer: FrameWriter, contents: readonly Content[]): Laid['places'] {
  const places = new Map<string, { frame: number; at: number }>();
  let current = 0;
  for (const { sha256, rev, bytes } of contents) {
    if (rev !== current) writer.cut(smallFrame);
    current = rev;
    places.set(sha256, writer.add(bytes));
  }
  return places;
}

/** Where each content lies now: its frame, counted among the new ones, and from which byte on. */
interface Laid {
  readonly frames: readonly Frame[];
  readonly places: ReadonlyMap<string, { readonly frame: number; readonly at: number }>;
}

function renumber(manifest: Manifest, chosen: ReadonlySet<number>, laid: Laid): Manifest {
  const kept: Frame[] = [];
  const newNumber = new Map<number, number>();
  for (const [index, frame] of manifest.frames.entries()) {
    if (chosen.has(index)) continue;
    newNumber.set(index, kept.length);
    kept.push(frame);
  }
  const files = manifest.files.map((file): ManifestEntry => {
    if (!('frame' in file)) return file;
    const number = newNumber.get(file.frame);
    if (number !== undefined) return { ...file, frame: number };
    const place = laid.places.get(file.sha256);
    if (place === undefined) throw new Error(`${file.path} was left behind`);
    return { ...file, frame: kept.length + place.frame, at: place.at };
  });
  return { ...manifest, frames: [...kept, ...laid.frames], files };
}
