import { StoreError } from '../../ports.ts';
import { checkRange, exactly, readExactly } from '../bodies.ts';
import { checkKey } from '../keys.ts';
import type { ByteRange } from '../bodies.ts';
import { faultOf } from './fault.ts';
import type { Bucket } from './request.ts';
import { watched } from './stall.ts';

interface Reading {
  readonly body: ReadableStream<Uint8Array>;
  readonly size: number;
}

export async function getObject(bucket: Bucket, key: string, range?: ByteRange): Promise<Uint8Array | undefined> {
  const reading = await readObject(bucket, key, range);
  return reading === undefined ? undefined : readExactly(reading.body, key, reading.size);
}

/** Begins to read; `undefined` where there is no object. The stream fails unless it has just the bytes that it should. */
export async function readObject(bucket: Bucket, key: string, range?: ByteRange): Promise<Reading | undefined> {
  checkKey(key);
  if (range !== undefined && !(range.length > 0)) return readNothing(bucket, key, range);
  const headers = range === undefined ? {} : { range: `bytes=${range.at}-${range.at + range.length - 1}` };
  const answer = await bucket.timed(async (timer) => {
    const response = await bucket.send({ method: 'GET', key, headers }, timer);
    if (response.ok) return { response, timer, size: await sizeToRead(response, key, range) };
    await explainAbsence(bucket, response, `GET ${key}`);
    return undefined;
  });
  if (answer === undefined) return undefined;
  const { response, timer, size } = answer;
  // From here on the time runs while the store is waited for: that a reader takes its own is no fault of the store.
  const body = watched(response.body ?? new Blob([]).stream(), {
    before: () => timer.touch(),
    after: timer.stop,
    failed: (cause) => bucket.explained(cause, timer),
  });
  return { body: body.pipeThrough(exactly(key, size)), size };
}

export async function sizeOfObject(bucket: Bucket, key: string): Promise<number | undefined> {
  checkKey(key);
  const response = await bucket.timed((timer) => bucket.send({ method: 'HEAD', key }, timer));
  return response.ok ? lengthOf(response, key) : undefined;
}

/** How many bytes the answer has to have; throws, and gives it up, when it is not an answer to what was asked. */
async function sizeToRead(response: Response, key: string, range: ByteRange | undefined): Promise<number> {
  try {
    if (range === undefined) return lengthOf(response, key);
    if (response.status !== 206) throw new StoreError('the store does not give parts of objects', { retryable: false });
    const whole = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    return checkRange(key, whole === undefined ? range.at + lengthOf(response, key) : Number(whole), range).length;
  } catch (cause) {
    await response.body?.cancel();
    throw cause;
  }
}

function lengthOf(response: Response, key: string): number {
  const length = response.headers.get('content-length');
  if (length !== null && /^\d{1,15}$/.test(length)) return Number(length);
  throw new StoreError(`the store does not say how many bytes ${key} has`, { retryable: true });
}

/** Returns when it is the object that is missing; throws what else a 404 or 416 may be. */
export async function explainAbsence(bucket: Bucket, response: Response, doing: string): Promise<void> {
  const fault = await faultOf(bucket.settings, response, doing);
  if (!fault.isAbsence) throw fault;
}

/** HTTP has no range of nothing, so the size is asked for alone. */
async function readNothing(bucket: Bucket, key: string, range: ByteRange): Promise<Reading | undefined> {
  const size = await sizeOfObject(bucket, key);
  if (size === undefined) return undefined;
  checkRange(key, size, range);
  return { body: new Blob([]).stream(), size: 0 };
}
