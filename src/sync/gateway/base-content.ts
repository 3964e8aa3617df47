import { loadContent } from '../../loop/edits/store.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { Repo } from '../wire/names.ts';
import type { Gateway } from './connection.ts';
import { fetchContent } from './fetch-pull.ts';
import { sha256 as hashOf } from './fetch-pull-codec.ts';
import type { Known } from './known.ts';
import type { Staging } from './staging.ts';

/** The content of a file as the program lays it in a tree, whichever version of it that is. */
export type ReadSeed = (file: string) => Promise<Buffer | undefined>;

/**
 * Where the contents are that a merge begins with. Those of an earlier pull are not kept here, the gateway has them all; those
 * that the seed has laid it has not, as nobody sends them.
 */
export interface BaseContents {
  readonly tree: string;
  readonly readSeed: ReadSeed | undefined;
  readonly gateway: Gateway;
  readonly repo: Repo;
  /** As it was before this pull: it says in which tier and revision the gateway has a content. */
  readonly known: Known | undefined;
  readonly staging: Staging;
}

/**
 * The content of a file as it was last taken in here, or laid, for a merge of two sides that came of it. `undefined` where
 * neither this machine nor the gateway has it any more: the merge then begins with nothing, so that no line of either side is
 * lost, and lines that one has removed may come back.
 */
export async function findBase(
  contents: BaseContents,
  base: ManifestFile,
  sides: readonly Buffer[],
): Promise<Buffer | undefined> {
  const { tree, readSeed, gateway, repo, known, staging } = contents;
  const { sha256, size, path } = base;
  // A log is only ever written on: what it was is its beginning.
  const longer = sides.find((bytes) => bytes.length >= size && hashOf(bytes.subarray(0, size)) === sha256);
  const kept = longer?.subarray(0, size) ?? staging.kept(sha256) ?? loadContent(tree, sha256);
  if (kept !== undefined) return kept;
  const laid = await readSeed?.(path);
  if (laid !== undefined && hashOf(laid) === sha256) return laid;
  for (const [tier, { rev, files, behind }] of known?.tiers ?? []) {
    const before = behind.get(path);
    const isBefore = before?.sha256 === sha256;
    if (!isBefore && files.get(path)?.sha256 !== sha256) continue;
    const bytes = await fetchContent(gateway, { repo, tier, rev: isBefore ? before.rev : rev, sha256, size });
    if (bytes === undefined) continue;
    staging.keep(sha256, bytes);
    return bytes;
  }
  return undefined;
}
