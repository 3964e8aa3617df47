// Randomness by name instead of by order: what happens at one place of a run does not depend on what was drawn before it.
// The arms of one seed so meet the same tasks and the same luck, and their difference is the arm's.
import { createHash } from 'node:crypto';

/** A number of [0, 1) for a name; the same name has the same number on every machine. */
export function chance(...name: readonly (string | number)[]): number {
  const digest = createHash('sha256').update(name.join('\0')).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** One of the items. Throws a RangeError when there are none. */
export function pick<T>(items: readonly T[], ...name: readonly (string | number)[]): T {
  const item = items[Math.floor(chance(...name) * items.length)];
  if (item === undefined) throw new RangeError('there is nothing to pick from');
  return item;
}

/** The items in an order of their own for each name. */
export function shuffle<T>(items: readonly T[], ...name: readonly (string | number)[]): T[] {
  return items
    .map((item, at) => ({ item, place: chance(...name, at) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/**
 * Draws items as from a pack of cards that is shuffled anew when it is used up, so that each comes up about equally often.
 * The items of one draw differ from each other; no more can be drawn at once than there are.
 */
export function deck<T>(items: readonly T[], ...name: readonly (string | number)[]): (count: number) => T[] {
  const pack: T[] = [];
  let shuffles = 0;
  return (count) => {
    const drawn: T[] = [];
    while (drawn.length < Math.min(count, items.length)) {
      const at = pack.findIndex((item) => !drawn.includes(item));
      if (at === -1) pack.push(...shuffle(items, ...name, (shuffles += 1)));
      else drawn.push(...pack.splice(at, 1));
    }
    return drawn;
  };
}
