import { StoreError } from '../ports.ts';

export interface ByteRange {
  readonly at: number;
  readonly length: number;
}

/** Holds a range to the object it is taken from: what lies beyond its end is an error rather than fewer bytes. */
export function checkRange(key: string, size: number, range: ByteRange | undefined): ByteRange {
  if (range === undefined) return { at: 0, length: size };
  const { at, length } = range;
  const isWithin = Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= 0 && length >= 0;
  if (isWithin && at + length <= size) return range;
  throw new StoreError(`${key} has ${size} bytes; ${length} were wanted from ${at} on`, { retryable: false });
}

/** All bytes of `body`, which has to have just `size` of them. Holds no more than these in memory. */
export async function readExactly(body: ReadableStream<Uint8Array>, key: string, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of body.pipeThrough(exactly(key, size))) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Passes bytes on, and fails where there are more or fewer than `size`. Each piece waits for the next one: a receiver that
 * was told the size has not all of it, and so keeps nothing, until what is given has ended where it should.
 */
export function exactly(key: string, size: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0;
  let held: Uint8Array | undefined;
  return new TransformStream({
    transform(chunk, controller) {
      if (chunk.length === 0) return;
      seen += chunk.length;
      if (seen > size) throw new StoreError(`${key}: more came than the ${size} bytes told`, { retryable: false });
      if (held !== undefined) controller.enqueue(held);
      held = chunk;
    },
    flush(controller) {
      if (seen < size) throw new StoreError(`${key}: ${seen} bytes came of ${size}`, { retryable: true });
      if (held !== undefined) controller.enqueue(held);
    },
  });
}

/** In a Worker, R2 and requests take a stream only if it says how long it is; elsewhere there is nothing to do. */
export function ofKnownSize(body: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array> {
  const { FixedLengthStream: Fixed } = globalThis as {
    FixedLengthStream?: new (size: number) => TransformStream<Uint8Array, Uint8Array>;
  };
  return Fixed === undefined ? body : body.pipeThrough(new Fixed(size));
}
