import { codecs } from './manifest.ts';
import type { Codec, Frame, Manifest, ManifestEntry, Tombstone } from './manifest.ts';
import { isCount, sha256Pattern } from './names.ts';
import { WireError } from './wire-error.ts';

/**
 * A manifest as a store keeps it: JSON, with a row of values for each file, as names of fields would be most of its size. A file
 * is `[path, sha256, size, exec, rev, frame, at]`, without the last two where it is a blob; a frame `[pack, at, size,
 * rawSize, codec]`; a tombstone `[path, rev]`.
 */
export function formatManifest(manifest: Manifest): string {
  const { _v, repo, tier, rev, forgot } = manifest;
  return JSON.stringify({
    _v,
    repo,
    tier,
    rev,
    forgot,
    frames: manifest.frames.map(({ pack, at, size, rawSize, codec }) => [pack, at, size, rawSize, codec]),
    files: manifest.files.map((file) => {
      const row = [file.path, file.sha256, file.size, file.exec ? 1 : 0, file.rev];
      return 'frame' in file ? [...row, file.frame, file.at] : row;
    }),
    gone: manifest.gone.map((tombstone) => [tombstone.path, tombstone.rev]),
  });
}

/**
 * Reads back what `formatManifest` wrote, and takes nothing for granted: throws a WireError, `malformed`, on anything that no
 * manifest says. By hand, as a schema takes seconds for 100,000 files.
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError('malformed', 'the manifest is not JSON');
  }
  const { _v, repo, tier, rev, forgot, frames, files, gone } = (value ?? {}) as Record<string, unknown>;
  if (_v !== 1 || typeof repo !== 'string' || typeof tier !== 'string' || !isCount(rev) || !isCount(forgot)) {
    throw new WireError('malformed', 'the manifest does not say whose it is');
  }
  const known = rowsOf('frames', frames, readFrame);
  return {
    _v,
    repo,
    tier,
    rev,
    forgot,
    frames: known,
    files: inOrder(rowsOf('files', files, (row) => readFile(row, rev, known))),
    gone: inOrder(rowsOf('gone', gone, (row) => readTombstone(row, rev))),
  };
}

function rowsOf<T>(field: string, value: unknown, read: (row: readonly unknown[]) => T | undefined): T[] {
  if (!Array.isArray(value)) throw new WireError('malformed', `the manifest has no ${field}`);
  return value.map((row: unknown) => {
    const item = Array.isArray(row) ? read(row) : undefined;
    if (item === undefined) throw new WireError('malformed', `the manifest has something else among its ${field}`);
    return item;
  });
}

function inOrder<T extends { readonly path: string }>(rows: readonly T[]): readonly T[] {
  for (const [at, { path }] of rows.entries()) {
    if (at > 0 && (rows[at - 1]?.path ?? '') >= path)
      throw new WireError('malformed', 'the manifest is not in order', [path]);
  }
  return rows;
}

function readFrame(row: readonly unknown[]): Frame | undefined {
  const [pack, at, size, rawSize, codec] = row;
  if (typeof pack !== 'string' || pack === '' || !isCount(at) || !isCount(size) || !isCount(rawSize)) return undefined;
  if (!codecs.some((known) => known === codec)) return undefined;
  return { pack, at, size, rawSize, codec: codec as Codec };
}

function readFile(row: readonly unknown[], newest: number, frames: readonly Frame[]): ManifestEntry | undefined {
  const [path, sha256, size, exec, rev, frame, at] = row;
  if (typeof path !== 'string' || path === '' || typeof sha256 !== 'string' || !sha256Pattern.test(sha256))
    return undefined;
  if (!isCount(size) || (exec !== 0 && exec !== 1) || !isCount(rev) || rev === 0 || rev > newest) return undefined;
  const file = { path, sha256, size, exec: exec === 1, rev };
  if (row.length === 5) return { ...file, blob: true };
  if (!isCount(frame) || !isCount(at) || at + size > (frames[frame]?.rawSize ?? -1)) return undefined;
  return { ...file, frame, at };
}

function readTombstone(row: readonly unknown[], newest: number): Tombstone | undefined {
  const [path, rev] = row;
  return typeof path === 'string' && path !== '' && isCount(rev) && rev > 0 && rev <= newest
    ? { path, rev }
    : undefined;
}
