import type { ServerResponse } from 'node:http';

/** Answers that were made whole before the first byte left: nothing of them can fail any more. */
const whole = /^(?:application\/(?:[\w.+-]+\+)?json|text\/)/;

/**
 * A response whose body, should it fail half-way, ends the connection and nothing else: the client sees that it was cut
 * off. The server's library would print the error on the terminal, and the text of it may be for the operator alone.
 */
export function quietBody(response: Response, outgoing: ServerResponse, onError: (cause: unknown) => void): Response {
  if (whole.test(response.headers.get('content-type') ?? '') || response.body === null) return response;
  const reader = response.body.getReader();
  let isGivenUp = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (isGivenUp) return;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (cause) {
          onError(cause);
          outgoing.destroy();
          controller.close();
        }
      },
      // Of a read that is under way its end is then told, when this body is over already.
      cancel(reason) {
        isGivenUp = true;
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: response.status, headers: response.headers });
}
