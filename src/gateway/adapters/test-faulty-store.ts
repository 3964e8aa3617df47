import type { ObjectStore } from '../ports.ts';
import { StoreError } from '../ports.ts';

type Operation = 'get' | 'stream' | 'put' | 'putStream' | 'size' | 'remove' | 'list';

/** What goes wrong at a call. `before` fails with nothing done; `after` when it is done and the answer is lost. */
export type Fault = 'before' | 'after' | 'truncated' | { readonly waitFor: Promise<unknown> };

export interface FaultyStore extends ObjectStore {
  /** Every call so far, in order: `put snappy-os/…`. */
  readonly calls: string[];
}

/**
 * A store that fails as a test says: `plan` is asked at each call with its number, from 1, what it is and of which key.
 * `truncated` cuts what is read to half, and says nothing; of other calls it is as `before`.
 */
export function makeFaultyStore(
  store: ObjectStore,
  plan: (call: number, operation: Operation, key: string) => Fault | undefined,
): FaultyStore {
  const calls: string[] = [];
  async function run<T>(operation: Operation, key: string, work: () => Promise<T>, cut?: (made: T) => T): Promise<T> {
    calls.push(`${operation} ${key}`);
    const fault = plan(calls.length, operation, key);
    if (typeof fault === 'object') await fault.waitFor;
    const failure = new StoreError(`the test's store failed at ${operation} ${key}`, { retryable: true });
    if (fault === 'before' || (fault === 'truncated' && cut === undefined)) throw failure;
    const made = await work();
    if (fault === 'after') throw failure;
    return fault === 'truncated' && cut !== undefined ? cut(made) : made;
  }
  return {
    calls,
    get: (key, range) =>
      run(
        'get',
        key,
        () => store.get(key, range),
        (bytes) => bytes?.subarray(0, bytes.length >> 1),
      ),
    stream: (key, range) => run('stream', key, () => store.stream(key, range), cutStream),
    put: (key, body, options) => run('put', key, () => store.put(key, body, options)),
    putStream: (key, body, size) => run('putStream', key, () => store.putStream(key, body, size)),
    size: (key) => run('size', key, () => store.size(key)),
    remove: (key) => run('remove', key, () => store.remove(key)),
    list: (prefix, limit) => run('list', prefix, () => store.list(prefix, limit)),
  };
}

/** The first piece's first half, and then the end. */
function cutStream(body: ReadableStream<Uint8Array> | undefined): ReadableStream<Uint8Array> | undefined {
  return body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, chunk.length >> 1));
        controller.terminate();
      },
    }),
  );
}
