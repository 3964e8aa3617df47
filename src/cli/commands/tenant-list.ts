import type { Invocation, Outcome } from '../command.ts';

export async function tenantList(_invocation: Invocation): Promise<Outcome> {
  return { text: '', data: {}, ok: false };
}
