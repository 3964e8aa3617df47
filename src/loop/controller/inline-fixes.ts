import type { FeedbackRow } from '../../../seed/state/lib/log.ts';

/** How many gaps were closed by the agent that hit them, in the turn in which it did. */
export interface InlineFixes {
  readonly count: number;
  /** When the last one was; ISO 8601, UTC. */
  readonly last: string | undefined;
}

/** How a row begins that answers a brief for an agent that was started on it: no agent's own turn. */
export const inBackground = 'worked off in the background: ';

/** Counts the FIXED rows of a skill, or of all: each is a repair that was made inline, but for those of the background. */
export function inlineFixes({ feedback }: { readonly feedback: readonly FeedbackRow[] }): InlineFixes {
  const fixed = feedback.filter(({ outcome, what }) => outcome === 'FIXED' && !what.startsWith(inBackground));
  return { count: fixed.length, last: fixed.at(-1)?.ts };
}
