import { createHash } from 'node:crypto';

/** `.seed-manifest.json`: the sha256 of every file that the seed owns, as it was last laid. */
export interface SeedManifest {
  readonly _v: 1;
  /** The version of snappy-os that laid the files. */
  readonly version: string;
  /** Path relative to the tree, with forward slashes, to 64 hex digits. */
  readonly files: Readonly<Record<string, string>>;
}

/** What became of the files of a manifest. */
export interface ManifestState {
  readonly same: readonly string[];
  readonly changed: readonly string[];
  readonly missing: readonly string[];
}

/** The sha256 of some bytes, or of a text in UTF-8, as 64 hex digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A manifest of files and their bytes. Throws a TypeError on a path that could lead out of the tree. */
export function makeManifest(
  version: string,
  files: Iterable<readonly [path: string, data: Uint8Array | string]>,
): SeedManifest {
  const hashes: Record<string, string> = {};
  for (const [path, data] of files) {
    if (!isSafePath(path)) throw new TypeError(`not a path inside a tree: ${path}`);
    hashes[path] = sha256(data);
  }
  return { _v: 1, version, files: hashes };
}

/** The manifest as text: paths in order, so that a new version differs only where files do. */
export function formatManifest(manifest: SeedManifest): string {
  const paths = Object.keys(manifest.files).toSorted();
  const files = Object.fromEntries(paths.map((path) => [path, manifest.files[path]]));
  return `${JSON.stringify({ _v: 1, version: manifest.version, files }, undefined, 2)}\n`;
}

/** Reads a manifest. Throws a TypeError that says what is wrong: it is a file anybody may have edited. */
export function parseManifest(text: string): SeedManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError('the seed manifest is not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null) throw new TypeError('the seed manifest is not an object');
  const { _v, version, files } = value as Record<string, unknown>;
  if (_v !== 1) throw new TypeError(`the seed manifest has _v ${String(_v)}; this version reads 1`);
  if (typeof files !== 'object' || files === null || Array.isArray(files))
    throw new TypeError('the seed manifest has no files');
  for (const [path, hash] of Object.entries(files)) {
    if (!isSafePath(path)) throw new TypeError(`the seed manifest names a path outside the tree: ${path}`);
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
      throw new TypeError(`the seed manifest has no sha256 for ${path}`);
  }
  return { _v: 1, version: typeof version === 'string' ? version : '', files: files as Record<string, string> };
}

/** Compares the files of a manifest with what is there; `read` answers `undefined` for a file that is gone. */
export function verifyManifest(manifest: SeedManifest, read: (path: string) => Uint8Array | undefined): ManifestState {
  const same: string[] = [];
  const changed: string[] = [];
  const missing: string[] = [];
  for (const path of Object.keys(manifest.files).toSorted()) {
    const data = read(path);
    if (data === undefined) missing.push(path);
    else (sha256(data) === manifest.files[path] ? same : changed).push(path);
  }
  return { same, changed, missing };
}

/** Relative, with forward slashes, and with no part that climbs. */
function isSafePath(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0') || /^[a-z]:/i.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
