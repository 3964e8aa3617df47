/** How items are put in order, told apart, and made one. */
export interface Order<T> {
  /** Below zero where `a` comes first; zero where the two are one item. */
  compare(a: T, b: T): number;
  /** What makes two items the same one wherever they stand. */
  identity(item: T): string;
  /** The one item that two of zero distance make; the same whichever comes first. */
  combine(a: T, b: T): T;
}

/**
 * One list of several: the least of the heads comes next, and heads that are one item come once. Each list keeps its own
 * order, since an item that is less than what stands before it follows that at once. The outcome is the same whatever the
 * order of the lists, and the same again when some of them were put together before.
 *
 * `allowed` says how often an item may come in all (it comes at its first places), `seen` how often it has come already.
 */
export function mergeSequences<T extends object>(
  lists: readonly (readonly T[])[],
  order: Order<T>,
  allowed: ReadonlyMap<string, number>,
  seen: Map<string, number>,
): T[] {
  const merged: T[] = [];
  const heads = lists.map(() => 0);
  for (;;) {
    let least: T | undefined;
    let taken: number[] = [];
    for (let at = 0; at < lists.length; at++) {
      const head = lists[at]?.[heads[at] ?? 0];
      if (head === undefined) continue;
      const sign = least === undefined ? -1 : order.compare(head, least);
      if (sign > 0) continue;
      taken = sign < 0 ? [at] : [...taken, at];
      least = sign < 0 || least === undefined ? head : order.combine(least, head);
    }
    if (least === undefined) return merged;
    for (const at of taken) heads[at] = (heads[at] ?? 0) + 1;
    const identity = order.identity(least);
    const count = seen.get(identity) ?? 0;
    if (count >= (allowed.get(identity) ?? 1)) continue;
    seen.set(identity, count + 1);
    merged.push(least);
  }
}

/** How often each item stands in the side that has it most. */
export function mostOfAny<T>(sides: readonly (readonly T[])[], identity: (item: T) => string): Map<string, number> {
  const most = new Map<string, number>();
  for (const side of sides) {
    const counts = new Map<string, number>();
    for (const item of side) {
      const key = identity(item);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count > (most.get(key) ?? 0)) most.set(key, count);
    }
  }
  return most;
}
