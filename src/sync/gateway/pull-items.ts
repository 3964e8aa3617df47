import type { Tier } from '../wire/names.ts';
import type { Decision, TierNews } from './plan-pull.ts';
import type { Draft } from './pull-draft.ts';

/** What a pull does to a path, for a person. */
export interface PullItem {
  readonly path: string;
  readonly tier: Tier;
  /**
   * `merged`: both sides had changed it. `kept`: removed there and changed here. `waits`: something is in the way, or
   * somebody is at work on it; it is looked at again by the next pull.
   */
  readonly change: 'new' | 'changed' | 'merged' | 'deleted' | 'kept' | 'waits';
  /** Of what comes, in bytes. */
  readonly size: number;
  /** Something of it lost, and is kept under `state/regen/conflicts`. */
  readonly conflict: boolean;
  /** Why it waits. */
  readonly why?: string;
}

function tierOfPath(path: string, tiers: readonly TierNews[]): Tier {
  return tiers.find(({ changes }) => changes.has(path))?.tier ?? 'private';
}

/** What is told of the decisions of a plan, in the order of paths. What changes nothing here is not told. */
export function itemsOf(
  decisions: ReadonlyMap<string, Decision>,
  { tiers, draft, conflicts }: { tiers: readonly TierNews[]; draft: Draft; conflicts: ReadonlySet<string> },
): PullItem[] {
  const items: PullItem[] = [];
  for (const [path, decision] of decisions) {
    const { act } = decision;
    const size = draft.comes.get(path)?.size ?? 0;
    const conflict = conflicts.has(path);
    if (act === 'same') continue;
    if (act === 'put') {
      const { start, merges, here } = decision;
      const step = start === 'here' ? merges[0] : start;
      // What a merge came to may be what is here already.
      if (!draft.comes.has(path) && !conflict) continue;
      const change = merges.length > 0 ? 'merged' : here === undefined ? 'new' : 'changed';
      items.push({ path, tier: step?.tier ?? 'private', change, size, conflict });
    } else if (act === 'behind') {
      items.push({ path, tier: tierOfPath(path, tiers), change: 'waits', size, conflict, why: decision.why });
    } else {
      items.push({ path, tier: decision.tier, change: act === 'delete' ? 'deleted' : 'kept', size, conflict });
    }
  }
  return items.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
