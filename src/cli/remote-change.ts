import { agreeTo } from './agreement.ts';
import type { Invocation, Outcome } from './command.ts';

/** What a change at a gateway came to. */
export interface Done {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The end of the sentence "Changed: …"; `undefined` where nothing was. */
  readonly changed: string | undefined;
  readonly unchanged?: string;
}

/** A change of something that is not in the tree: what would be done, and how. */
export interface RemoteChange {
  readonly plan: string;
  /** The plan for a program. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly question: string;
  act(): Promise<Done>;
}

/** Shows the plan of a change, and carries it out with consent: the flag, or a yes on a terminal. */
export async function carryOut(invocation: Invocation, change: RemoteChange): Promise<Outcome> {
  const { plan, data, question } = change;
  const { agreed, text } = await agreeTo(invocation, question, plan);
  if (!agreed) {
    return {
      text,
      data: { ...data, applied: false },
      ok: true,
      unchanged: 'this was the plan; add --apply to carry it out',
    };
  }
  const done = await change.act();
  return {
    text: done.text,
    data: { ...data, ...done.data, applied: true },
    ok: true,
    changed: done.changed,
    unchanged: done.unchanged,
  };
}
