import { exactly, ofKnownSize } from '../bodies.ts';
import { checkKey } from '../keys.ts';
import { faultOf } from './fault.ts';
import { explainAbsence } from './read.ts';
import type { Bucket, S3Request } from './request.ts';
import type { StallTimer } from './stall.ts';
import { watched } from './stall.ts';

/** A line slower than this, in bytes a millisecond, is taken for a dead one. */
const slowest = 50;
const binary = 'application/octet-stream';

export async function putObject(bucket: Bucket, key: string, body: Uint8Array, contentType = binary): Promise<void> {
  checkKey(key);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  const headers = {
    'content-type': contentType,
    // The server compares it, so that bytes which were changed on the way are not kept.
    'x-amz-content-sha256': Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
  await bucket.timed(async (timer) => {
    timer.touch(body.length / slowest);
    await write(bucket, { method: 'PUT', key, headers, body }, timer);
  });
}

/** Is not to be tried again: what was read of the stream is gone. */
export async function putObjectStream(
  bucket: Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<void> {
  checkKey(key);
  let fault: unknown;
  let isOver = false;
  await bucket.timed(async (timer) => {
    // The time runs while the store takes what it was given: those who send to us are held to their own.
    const source = watched(body.pipeThrough(exactly(key, size)), {
      before: timer.stop,
      // The sender may still be read when the store has given up.
      after: () => (isOver ? timer.stop() : timer.touch()),
      failed: (cause) => (fault = cause),
    });
    const headers = { 'content-type': binary, 'content-length': String(size) };
    try {
      await write(bucket, { method: 'PUT', key, headers, body: ofKnownSize(source, size) }, timer);
    } catch (cause) {
      // What the sender did wrong says more than that the request has ended by it.
      throw fault ?? cause;
    } finally {
      isOver = true;
    }
  });
}

async function write(bucket: Bucket, request: S3Request, timer: StallTimer): Promise<void> {
  const response = await bucket.send(request, timer);
  if (!response.ok) throw await faultOf(bucket.settings, response, `${request.method} ${request.key}`);
  await response.body?.cancel();
}

export async function removeObject(bucket: Bucket, key: string): Promise<void> {
  checkKey(key);
  await bucket.timed(async (timer) => {
    const response = await bucket.send({ method: 'DELETE', key }, timer);
    if (!response.ok) await explainAbsence(bucket, response, `DELETE ${key}`);
    else await response.body?.cancel();
  });
}
