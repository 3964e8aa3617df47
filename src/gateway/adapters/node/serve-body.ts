import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { contentType } from '../../../sync/wire/frames.ts';

const wholeTypes = /^(?:application\/(?:[\w.+-]+\+)?json|text\/)/;

/** Whether an answer was made whole before its first byte left: nothing of it can fail any more. A pull that was says its length. */
function isWhole({ headers }: Response): boolean {
  const type = headers.get('content-type') ?? '';
  return wholeTypes.test(type) || (type === contentType && headers.has('content-length'));
}

/**
 * Sends an answer whose body is a stream, as fast as the client takes it, and gives what says so to the server's library; any
 * other answer is given back, for the library to send. A stream that fails ends the connection and nothing else: the client sees that
 * the answer was cut off. The library would print the error on the terminal, and the text of it may be for the operator alone.
 */
export async function sendBody(
  response: Response,
  outgoing: ServerResponse,
  onError: (cause: unknown) => void,
): Promise<Response> {
  if (isWhole(response) || response.body === null) return response;
  const reader = response.body.getReader();
  if (outgoing.destroyed) await reader.cancel();
  // A read that is under way then resolves, as at the end.
  outgoing.once('close', () => void reader.cancel().catch(() => undefined));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!outgoing.write(next.value) && !outgoing.destroyed) await roomIn(outgoing);
    }
    outgoing.end();
  } catch (cause) {
    onError(cause);
    outgoing.destroy();
  }
  return RESPONSE_ALREADY_SENT;
}

/** Resolves when an answer takes more, and when it is over. */
function roomIn(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      outgoing.off('drain', end).off('close', end);
      resolve();
    };
    outgoing.on('drain', end).on('close', end);
  });
}
