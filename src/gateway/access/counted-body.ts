import { overCounter } from './limits.ts';

export interface CountedBody {
  readonly body: ReadableStream<Uint8Array>;
  /** Bytes that have come so far. */
  count(): number;
}

/** Counts what is read of a body, and fails it with 429 beyond `allowance` bytes. */
export function countedBody(body: ReadableStream<Uint8Array>, allowance: number, now: Date): CountedBody {
  let n = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      n += chunk.length;
      if (n <= allowance) controller.enqueue(chunk);
      else controller.error(overCounter('bytes', 'this tenant has sent all that it may in a day', now));
    },
  });
  return { body: body.pipeThrough(counting), count: () => n };
}
