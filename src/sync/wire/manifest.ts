/** A file as a manifest names it. */
export interface ManifestFile {
  /** Relative to the repo's root, with `/` between; safe by `faultOfPath`. */
  readonly path: string;
  /** Of the content, 64 hex digits. */
  readonly sha256: string;
  readonly size: number;
  /** Whether it may be run as a program. */
  readonly exec: boolean;
}

/** Where a gateway has the content of a file: in a frame, `at` bytes from its uncompressed beginning; or as a blob of its own. */
export type Place = { readonly frame: number; readonly at: number } | { readonly blob: true };

/** A file in a gateway's manifest: `rev` is the revision it was last changed with. */
export type ManifestEntry = ManifestFile & Place & { readonly rev: number };

/** A compressed run of files: `size` bytes from `at` on in an object of the store, `rawSize` when uncompressed. */
export interface Frame {
  readonly pack: string;
  readonly at: number;
  readonly size: number;
  readonly rawSize: number;
  readonly codec: Codec;
}

/** How a frame or a document is compressed. */
export const codecs = ['none', 'gzip', 'zstd'] as const;
export type Codec = (typeof codecs)[number];

/** All that a tier of a repo holds at one revision. Immutable: the head alone moves. */
export interface Manifest {
  readonly _v: 1;
  readonly repo: string;
  /** `tierKey`. */
  readonly tier: string;
  /** Counted from 1; 0 is the empty manifest that was never pushed. */
  readonly rev: number;
  readonly frames: readonly Frame[];
  /** Sorted by path, in code units. */
  readonly files: readonly ManifestEntry[];
  /** Tombstones, sorted by path: what was removed, and with which revision. */
  readonly gone: readonly Tombstone[];
  /** Of this revision and earlier ones some tombstones are no longer kept; 0 where all are. */
  readonly forgot: number;
}

export interface Tombstone {
  readonly path: string;
  readonly rev: number;
}

/** What a tier of a repo holds before anything was pushed to it. */
export function emptyManifest(repo: string, tier: string): Manifest {
  return { _v: 1, repo, tier, rev: 0, frames: [], files: [], gone: [], forgot: 0 };
}

/** Sorts as manifests do: by UTF-16 code units, the same on every machine. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/**
 * The text whose sha256 is a manifest's digest: what is in it for a reader, and nothing of where a gateway keeps it. One line
 * a file, `<sha256> <size> <x|-> <path>`, sorted by path, each with a line feed. `files` must be sorted.
 */
export function manifestText(files: readonly ManifestFile[]): string {
  let text = '';
  for (const { path, sha256, size, exec } of files) text += `${sha256} ${size} ${exec ? 'x' : '-'} ${path}\n`;
  return text;
}
