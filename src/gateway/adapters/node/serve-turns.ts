import type { ServerResponse } from 'node:http';

/** How many requests are at work at once, and how long one may keep the others waiting, in milliseconds. */
export interface TurnLimits {
  readonly atOnce: number;
  readonly longest: number;
}

/** Resolves when it is this request's turn. The turn is over with its answer, or after its time: a slow client holds up nobody. */
export type TakeTurn = (outgoing: ServerResponse) => Promise<void>;

/**
 * Lets requests in by turns, in the order they came. A thousand that come at once then need the memory of a few, and are done no
 * later: there is one thread for all of them.
 */
export function makeTurns({ atOnce, longest }: TurnLimits): TakeTurn {
  const waiting: (() => void)[] = [];
  let free = atOnce;

  const next = (): void => {
    const first = waiting.shift();
    if (first === undefined) free += 1;
    else first();
  };

  return async (outgoing) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      next();
    };
    const timer = setTimeout(end, longest);
    if (outgoing.destroyed) end();
    else outgoing.once('close', end);
  };
}
