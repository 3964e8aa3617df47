import type { Invocation } from './command.ts';

/** What somebody has said to a plan. */
export interface Agreement {
  readonly agreed: boolean;
  /** What of the plan is still to be printed: nothing where a person was asked, who has just read it. */
  readonly text: string;
}

/** What the flags say to a plan; `undefined` where they leave it to the person. `--dry` counts before `--apply`. */
export function answerOf({ flags }: Pick<Invocation, 'flags'>): boolean | undefined {
  if (flags['dry'] === true) return false;
  return flags['apply'] === true ? true : undefined;
}

/** Whether a plan may be carried out: by the flags, else by a yes on a terminal. */
export async function agreeTo(invocation: Invocation, question: string, plan: string): Promise<Agreement> {
  const answer = answerOf(invocation);
  const isAsked = answer === undefined && invocation.terminal;
  return { agreed: answer ?? (await invocation.confirm(question, plan)), text: isAsked ? '' : plan };
}
