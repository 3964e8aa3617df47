import { StoreError } from '../../ports.ts';
import type { ObjectStore } from '../../ports.ts';
import { checkRange, exactly, ofKnownSize, readExactly } from '../bodies.ts';
import { checkKey, splitPrefix } from '../keys.ts';
import type { ByteRange } from '../bodies.ts';

/** What is used of a bucket of R2 (developers.cloudflare.com/r2/api/workers/workers-api-reference). */
export interface R2Bucket {
  head(key: string): Promise<R2Object | null>;
  get(
    key: string,
    options?: { readonly range: { readonly offset: number; readonly length: number } },
  ): Promise<R2Body | null>;
  put(key: string, value: Uint8Array | ReadableStream<Uint8Array>, options?: R2PutOptions): Promise<unknown>;
  delete(key: string): Promise<void>;
  list(options: { readonly prefix: string; readonly limit: number; readonly cursor?: string }): Promise<R2List>;
}
interface R2Object {
  /** Of the whole object, whatever the range. */
  readonly size: number;
}
interface R2Body extends R2Object {
  readonly body: ReadableStream<Uint8Array>;
}
interface R2PutOptions {
  readonly httpMetadata?: { readonly contentType: string };
}
interface R2List {
  readonly objects: readonly { readonly key: string }[];
  readonly truncated: boolean;
  readonly cursor?: string;
}

/** What R2 lists at once. */
const pageSize = 1_000;

/** A bucket of R2, bound to the Worker. It cannot sign addresses: that takes R2's S3 interface, and `makeS3Store`. */
export function makeR2Store(bucket: R2Bucket): ObjectStore {
  return {
    get: (key, range) =>
      explained(key, async () => {
        const found = await read(bucket, key, range);
        return found === undefined ? undefined : readExactly(found.body, key, found.length);
      }),
    stream: (key, range) =>
      explained(key, async () => {
        const found = await read(bucket, key, range);
        return found?.body.pipeThrough(exactly(key, found.length));
      }),
    put: (key, body, options) =>
      explained(key, async () => {
        checkKey(key);
        await bucket.put(key, body, {
          httpMetadata: { contentType: options?.contentType ?? 'application/octet-stream' },
        });
      }),
    putStream: (key, body, size) =>
      explained(key, async () => {
        checkKey(key);
        await bucket.put(key, ofKnownSize(body.pipeThrough(exactly(key, size)), size));
      }),
    size: (key) =>
      explained(key, async () => {
        checkKey(key);
        return (await bucket.head(key))?.size;
      }),
    remove: (key) =>
      explained(key, async () => {
        checkKey(key);
        await bucket.delete(key);
      }),
    list: (prefix, limit) => explained(prefix, () => list(bucket, prefix, limit)),
  };
}

interface Found {
  readonly body: ReadableStream<Uint8Array>;
  readonly length: number;
}

async function read(bucket: R2Bucket, key: string, range: ByteRange | undefined): Promise<Found | undefined> {
  checkKey(key);
  if (range === undefined) {
    const found = await bucket.get(key);
    return found === null ? undefined : { body: found.body, length: found.size };
  }
  if (!(range.length > 0)) {
    const head = await bucket.head(key);
    if (head === null) return undefined;
    checkRange(key, head.size, range);
    return { body: new Blob([]).stream(), length: 0 };
  }
  const found = await bucket.get(key, { range: { offset: range.at, length: range.length } });
  if (found === null) return undefined;
  try {
    checkRange(key, found.size, range);
  } catch (cause) {
    await found.body.cancel();
    throw cause;
  }
  return { body: found.body, length: range.length };
}

async function list(bucket: R2Bucket, prefix: string, limit: number): Promise<readonly string[]> {
  splitPrefix(prefix);
  const keys: string[] = [];
  let cursor: string | undefined;
  while (keys.length < limit) {
    const wanted = Math.min(pageSize, limit - keys.length);
    const page = await bucket.list({ prefix, limit: wanted, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.truncated ? page.cursor : undefined;
    if (cursor === undefined) break;
  }
  return keys;
}

/** R2 says what has failed as `get: … (10039)`: 10039 is a range that cannot be had, 10058 too many writes to one key. */
async function explained<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const retryable = !message.includes('(10039)');
    throw new StoreError(`${key} in R2: ${message}`, { retryable, cause });
  }
}
