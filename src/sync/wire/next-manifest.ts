import { checkNamedOnce, mergeByPath, sortedByPath } from './delta.ts';
import type { Frame, Manifest, ManifestEntry, Place, Tombstone } from './manifest.ts';
import type { PushedFile } from './messages.ts';
import { WireError } from './wire-error.ts';

/** A push, once its contents were verified. */
export interface ManifestChange {
  readonly files: readonly PushedFile[];
  readonly gone: readonly string[];
  /** Those of its parts and then of its body: a file's `frame` counts these. */
  readonly frames: readonly Frame[];
  /** Contents that were put as blobs of their own for this tier: sha256 and size. */
  readonly blobs: ReadonlyMap<string, number>;
  readonly rev: number;
}

/** A manifest does not grow for ever by what is gone: a client that was away for so long is given all there is. */
const tombstonesAtMost = 50_000;

/**
 * The manifest that comes of a push. A file without a frame has its content from another of the push, from the manifest
 * itself, or from a blob. What stays as it was keeps its revision; frames that nothing is in any more are dropped. Throws a
 * WireError: `malformed`, `mismatch`, and `missing_content` with the paths.
 */
export function nextManifest(previous: Manifest, change: ManifestChange): Manifest {
  const { files, gone, frames, rev } = change;
  const removed = new Set(gone);
  const pushed = sortedByPath(files);
  checkNamedOnce(pushed, removed, gone.length);
  const fresh = unchangedKept(previous, placed(previous, pushed, change), rev);
  const merged = mergeByPath(previous.files, fresh, removed);
  const { repo, tier } = previous;
  return {
    _v: 1,
    repo,
    tier,
    rev,
    ...withoutDeadFrames([...previous.frames, ...frames], merged),
    ...tombstones(previous, merged, removed, rev),
  };
}

type PlacedFile = PushedFile & { readonly place: Place };

interface Content {
  readonly size: number;
  readonly place: Place;
}

/** Where the content of each pushed file is. */
function placed(
  previous: Manifest,
  pushed: readonly PushedFile[],
  { frames, blobs }: ManifestChange,
): readonly PlacedFile[] {
  const known = new Map<string, Content>();
  for (const file of pushed) {
    if (file.frame !== undefined)
      known.set(file.sha256, { size: file.size, place: placeInFrame(file, previous, frames) });
  }
  if (pushed.some((file) => file.frame === undefined && !known.has(file.sha256))) {
    for (const entry of previous.files) {
      if (!known.has(entry.sha256)) known.set(entry.sha256, { size: entry.size, place: placeOf(entry) });
    }
  }
  const missing: string[] = [];
  const files = pushed.flatMap((file): PlacedFile[] => {
    if (file.frame !== undefined) return [{ ...file, place: placeInFrame(file, previous, frames) }];
    const content = known.get(file.sha256) ?? blobOf(file.sha256, blobs);
    if (content === undefined) {
      missing.push(file.path);
      return [];
    }
    if (content.size !== file.size) {
      throw new WireError('mismatch', 'a file is said to have another size than its content', [file.path]);
    }
    return [{ ...file, place: content.place }];
  });
  if (missing.length > 0) throw new WireError('missing_content', 'content of some files is missing', missing);
  return files;
}

function blobOf(sha256: string, blobs: ManifestChange['blobs']): Content | undefined {
  const size = blobs.get(sha256);
  return size === undefined ? undefined : { size, place: { blob: true } };
}

function placeInFrame({ path, frame = 0, at, size }: PushedFile, previous: Manifest, frames: readonly Frame[]): Place {
  const target = frames[frame];
  if (target === undefined || at === undefined || at + size > target.rawSize) {
    throw new WireError('mismatch', 'a file is said to be where no frame has it', [path]);
  }
  return { frame: previous.frames.length + frame, at };
}

function placeOf(entry: ManifestEntry): Place {
  return 'blob' in entry ? { blob: true } : { frame: entry.frame, at: entry.at };
}

/** The entries of what was pushed: those that say what the manifest says already are its own. Both sorted by path. */
function unchangedKept(previous: Manifest, files: readonly PlacedFile[], rev: number): ManifestEntry[] {
  let at = 0;
  return files.map(({ path, sha256, size, exec, place }) => {
    while ((previous.files[at]?.path ?? path) < path) at += 1;
    const before = previous.files[at];
    const isSame = before?.path === path && before.sha256 === sha256 && before.exec === exec;
    return isSame ? before : { path, sha256, size, exec, rev, ...place };
  });
}

function withoutDeadFrames(
  frames: readonly Frame[],
  files: readonly ManifestEntry[],
): Pick<Manifest, 'frames' | 'files'> {
  const used = new Set<number>();
  for (const file of files) if ('frame' in file) used.add(file.frame);
  if (used.size === frames.length) return { frames, files };
  const numbers = new Map([...used].toSorted((a, b) => a - b).map((frame, number) => [frame, number]));
  return {
    frames: frames.filter((_, frame) => used.has(frame)),
    files: files.map((file) => ('frame' in file ? { ...file, frame: numbers.get(file.frame) ?? 0 } : file)),
  };
}

function tombstones(
  previous: Manifest,
  merged: readonly ManifestEntry[],
  removed: ReadonlySet<string>,
  rev: number,
): Pick<Manifest, 'gone' | 'forgot'> {
  const fresh = previous.files.filter(({ path }) => removed.has(path)).map(({ path }) => ({ path, rev }));
  const there = previous.gone.length === 0 ? new Set<string>() : new Set(merged.map(({ path }) => path));
  const gone = mergeByPath<Tombstone>(previous.gone, fresh, there);
  if (gone.length <= tombstonesAtMost) return { gone, forgot: previous.forgot };
  const forgot = gone.map((tombstone) => tombstone.rev).toSorted((a, b) => b - a)[tombstonesAtMost] ?? rev;
  return { gone: gone.filter((tombstone) => tombstone.rev > forgot), forgot };
}
