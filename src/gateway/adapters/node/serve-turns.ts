import type { ServerResponse } from 'node:http';

/** How many requests are at work at once, and how long one may keep the others waiting, in milliseconds. */
export interface TurnLimits {
  readonly atOnce: number;
  readonly longest: number;
  /** Requests of one address that may wait. */
  readonly waiting: number;
}

/**
 * Resolves when it is this request's turn; `false` where it is not to be worked at, as too many of `address` wait already, or
 * its client has gone away. The turn is over with its answer, or after its time: a slow client holds up nobody.
 */
export type TakeTurn = (outgoing: ServerResponse, address: string) => Promise<boolean>;

/**
 * Lets requests in by turns: address by address, and those of one in the order they came, so that one that sends thousands
 * waits for itself. A thousand that come at once then need the memory of a few, and are done no later: there is one thread for
 * all of them.
 */
export function makeTurns({ atOnce, longest, waiting: waitingAtMost }: TurnLimits): TakeTurn {
  // A Map keeps the order of insertion: the first address is the one whose last turn is the longest ago.
  const waiting = new Map<string, (() => void)[]>();
  let free = atOnce;

  const next = (): void => {
    const [first] = waiting;
    if (first === undefined) {
      free += 1;
      return;
    }
    const [address, queue] = first;
    const admit = queue.shift();
    waiting.delete(address);
    if (queue.length > 0) waiting.set(address, queue);
    admit?.();
  };

  return async (outgoing, address) => {
    if (free > 0) free -= 1;
    else {
      const queue = waiting.get(address) ?? [];
      if (queue.length >= waitingAtMost) return false;
      waiting.set(address, queue);
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    if (outgoing.destroyed) {
      next();
      return false;
    }
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      next();
    };
    const timer = setTimeout(end, longest);
    outgoing.once('close', end);
    return true;
  };
}
