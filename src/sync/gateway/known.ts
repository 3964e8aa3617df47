import type { ManifestFile } from '../wire/manifest.ts';
import type { Tier } from '../wire/names.ts';

/** What this machine knows of one tier: the last revision it has seen, and all of it. The base of merges. */
export interface KnownTier {
  readonly rev: number;
  /** sha256 of `manifestText`. */
  readonly digest: string;
  readonly writable: boolean;
  readonly files: ReadonlyMap<string, ManifestFile>;
}

/** A file as it was when it was last read here: while these agree, its content is not read again. */
export interface SeenFile {
  readonly size: number;
  /** Milliseconds, with fractions. */
  readonly mtime: number;
  readonly ctime: number;
  readonly ino: number;
  readonly exec: boolean;
  readonly sha256: string;
}

/**
 * What a machine remembers of a repo and its gateway, in `state/log/gateway/<repo>.*`: made anew when it is lost, by a pull
 * that merges. Of this machine alone: never synced.
 */
export interface Known {
  /** Of the gateway, so that another one is not taken for it. */
  readonly url: string;
  readonly tenant: string;
  readonly tiers: ReadonlyMap<Tier, KnownTier>;
  readonly seen: ReadonlyMap<string, SeenFile>;
  /** When it was written, in milliseconds: what changed about then is read again. */
  readonly written: number;
}
