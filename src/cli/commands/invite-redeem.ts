import type { Invocation, Outcome } from '../command.ts';

export async function inviteRedeem(_invocation: Invocation): Promise<Outcome> {
  return { text: '', data: {}, ok: false };
}
