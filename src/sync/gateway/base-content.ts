import type { ManifestFile } from '../wire/manifest.ts';
import type { Repo } from '../wire/names.ts';
import type { Gateway } from './connection.ts';
import { fetchContent } from './fetch-pull.ts';
import { sha256 as hashOf } from './fetch-pull-codec.ts';
import type { Known } from './known.ts';
import type { Staging } from './staging.ts';

/** Where the contents are that a merge begins with: those of an earlier pull are not kept here, the gateway has them all. */
export interface BaseContents {
  readonly gateway: Gateway;
  readonly repo: Repo;
  /** As it was before this pull: it says in which tier and revision the gateway has a content. */
  readonly known: Known | undefined;
  readonly staging: Staging;
}

/**
 * The content of a file as it was last taken in here, for a merge of two sides that came of it. `undefined` where the gateway does not have it any more: the merge then
 * begins with nothing, so that no line of either side is lost, and lines that one has removed may come back.
 */
export async function findBase(
  contents: BaseContents,
  base: ManifestFile,
  sides: readonly Buffer[],
): Promise<Buffer | undefined> {
  const { gateway, repo, known, staging } = contents;
  const { sha256, size, path } = base;
  // A log is only ever written on: what it was is its beginning.
  const longer = sides.find((bytes) => bytes.length >= size && hashOf(bytes.subarray(0, size)) === sha256);
  const kept = longer?.subarray(0, size) ?? staging.kept(sha256);
  if (kept !== undefined) return kept;
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
