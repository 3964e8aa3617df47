import { faultOfPath } from '../../sync/wire/safe-path.ts';
import { StoreError } from '../ports.ts';

/** What S3 takes of a key, in UTF-8. */
const keyAtMost = 1024;

export interface ByteRange {
  readonly at: number;
  readonly length: number;
}

/**
 * Throws for a key that some store could not keep as it is. A key may be longer than a path, since it has one of these
 * below a prefix; each part is held to the same rules.
 */
export function checkKey(key: string): void {
  const fault =
    new TextEncoder().encode(key).length > keyAtMost
      ? `is longer than ${keyAtMost} bytes`
      : key
          .split('/')
          .map((part) => faultOfPath(part))
          .find((found) => found !== undefined);
  if (fault !== undefined) throw new StoreError(`a key ${fault}: ${key.slice(0, 200)}`, { retryable: false });
}

/** The folder of a prefix, checked as a key is, and what names in it have to begin with. */
export function splitPrefix(prefix: string): { readonly folder: string; readonly start: string } {
  const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')));
  if (prefix.includes('/')) checkKey(folder);
  return { folder, start: prefix.slice(folder === '' ? 0 : folder.length + 1) };
}

/**
 * Orders keys by their bytes in UTF-8, as S3 lists them. It differs from the order of code units for characters beyond the
 * first 65,536: their surrogates stand below U+E000 there, and above U+FFFF here.
 */
export function byKey(a: string, b: string): number {
  const rank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
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
