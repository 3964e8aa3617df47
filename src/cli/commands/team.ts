import type { Invocation, Outcome } from '../command.ts';

export async function teamCreate(_invocation: Invocation): Promise<Outcome> {
  return { text: '', data: {}, ok: false };
}

export async function teamAdd(_invocation: Invocation): Promise<Outcome> {
  return { text: '', data: {}, ok: false };
}

export async function teamRemove(_invocation: Invocation): Promise<Outcome> {
  return { text: '', data: {}, ok: false };
}

export async function teamList(_invocation: Invocation): Promise<Outcome> {
  return { text: '', data: {}, ok: false };
}
