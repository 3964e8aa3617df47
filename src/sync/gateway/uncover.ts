import { byPrecedence } from '../wire/names.ts';
import type { Tier } from '../wire/names.ts';
import type { Known, KnownTier } from './known.ts';

/**
 * What is known once a tier has given up paths that are gone here: where a tier that counts less has another version of one,
 * that never stood here. It waits for the next pull, and that it is not here is no removal of it. `tiers` are those from
 * before the removal.
 */
export function uncover(tiers: Known['tiers'], from: Tier, removed: readonly string[]): Map<Tier, KnownTier> {
  const after = new Map(tiers);
  const given = tiers.get(from)?.files;
  for (const [tier, known] of tiers) {
    if (byPrecedence(tier, from) <= 0) continue;
    const hidden = removed.filter((path) => {
      const file = known.files.get(path);
      return file !== undefined && !known.behind.has(path) && file.sha256 !== given?.get(path)?.sha256;
    });
    if (hidden.length === 0) continue;
    const behind = new Map([...known.behind, ...hidden.map((path) => [path, undefined] as const)]);
    after.set(tier, { ...known, behind });
  }
  return after;
}
