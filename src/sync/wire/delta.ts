import { byPath } from './manifest.ts';
import type { Manifest, ManifestEntry, ManifestFile } from './manifest.ts';
import { WireError } from './wire-error.ts';

/** What has changed in a manifest. With `full` the files are all there are: what is not among them is gone. */
export interface Delta {
  readonly full: boolean;
  readonly files: readonly ManifestEntry[];
  readonly gone: readonly string[];
}

/** What has changed after the revision `since`: all, where that was never pushed or is too long ago for its tombstones to be there. */
export function deltaSince({ rev, files, gone, forgot }: Manifest, since: number): Delta {
  if (since >= rev && rev > 0) return { full: false, files: [], gone: [] };
  if (since < forgot || since === 0) return { full: true, files, gone: [] };
  return {
    full: false,
    files: files.filter((entry) => entry.rev > since),
    gone: gone.filter((tombstone) => tombstone.rev > since).map(({ path }) => path),
  };
}

/**
 * The files after a change, sorted by path; `files` must be. A path that is gone and was not there is nothing to speak of.
 * Throws a WireError, `malformed`, on a path that is named twice.
 */
export function applyDelta<File extends ManifestFile>(
  files: readonly File[],
  changed: readonly File[],
  gone: readonly string[],
): File[] {
  const removed = new Set(gone);
  const fresh = sortedByPath(changed);
  checkNamedOnce(fresh, removed, gone.length);
  return mergeByPath(files, fresh, removed);
}

/** In order, and as it was where it is so already. */
export function sortedByPath<T extends { readonly path: string }>(rows: readonly T[]): readonly T[] {
  return rows.every(({ path }, at) => at === 0 || (rows[at - 1]?.path ?? '') <= path) ? rows : rows.toSorted(byPath);
}

/** Throws a WireError where a change names a path twice. `fresh` is sorted. */
export function checkNamedOnce(
  fresh: readonly { readonly path: string }[],
  removed: ReadonlySet<string>,
  gone: number,
): void {
  const twice = fresh.find(({ path }, at) => fresh[at + 1]?.path === path || removed.has(path));
  if (twice !== undefined) throw new WireError('malformed', 'a path is named twice', [twice.path]);
  if (removed.size !== gone) throw new WireError('malformed', 'a path is removed twice');
}

/** Two sorted lists as one: of two with one path the fresh one counts. Both sorted by path. */
export function mergeByPath<T extends { readonly path: string }>(
  rows: readonly T[],
  fresh: readonly T[],
  removed: ReadonlySet<string>,
): T[] {
  const merged: T[] = [];
  let at = 0;
  for (const row of rows) {
    for (let next = fresh[at]; next !== undefined && next.path < row.path; next = fresh[at]) {
      merged.push(next);
      at += 1;
    }
    if (fresh[at]?.path !== row.path && !removed.has(row.path)) merged.push(row);
  }
  for (const next of fresh.slice(at)) merged.push(next);
  return merged;
}
