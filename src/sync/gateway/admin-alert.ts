import { alertAnswer } from '../wire/messages.ts';
import type { Gateway } from './connection.ts';
import { askJson } from './request.ts';

/** How long a gateway has to take an alert, in milliseconds: what raised it waits for no network. */
const timeout = 5_000;

/** Tells a gateway that something needs a person; it passes that on to whoever its operator has named, once in an hour. */
export async function sendAlert(gateway: Gateway, cause: string): Promise<{ readonly forwarded: boolean }> {
  const request = { method: 'POST', path: '/_alert', json: { cause }, timeout } as const;
  return askJson(gateway, request, alertAnswer);
}
