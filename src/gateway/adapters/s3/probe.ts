import { StoreError } from '../../ports.ts';
import type { ObjectStore } from '../../ports.ts';
import { nameOf } from './settings.ts';
import type { S3Settings } from './settings.ts';
import { makeS3Store } from './store.ts';
import type { S3World } from './request.ts';

const place = 'snappy-os-meta/probe/';

/**
 * Tries all that a gateway wants of a bucket, with one small object of a name that is hard to sign: better at its start than
 * in the midst of a push. Throws a `StoreError` that says what is wrong.
 */
export async function probeS3(settings: S3Settings, world: Partial<S3World> = {}): Promise<void> {
  const store = makeS3Store(settings, world);
  const key = `${place}${crypto.randomUUID()} a+b é`;
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  const expect = (what: string, isRight: boolean): void => {
    if (!isRight) throw new StoreError(`${nameOf(settings)} is no S3 that can be used: ${what}`, { retryable: false });
  };
  await store.put(key, bytes);
  try {
    expect('it gave back other bytes than it was given', isEqual(await store.get(key), bytes));
    const part = await store.get(key, { at: 10, length: 20 });
    expect('it gave back other bytes for a range', isEqual(part, bytes.subarray(10, 30)));
    expect('it tells another size than it was given', (await store.size(key)) === bytes.length);
    await store.list(place, 1);
    // Where clients have an address of their own, it need not be one that this machine can reach.
    if (settings.clients === undefined) await probeSigned(store, key, bytes, expect);
  } finally {
    await store.remove(key);
  }
  expect('it still has what was removed', (await store.size(key)) === undefined);
}

async function probeSigned(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  expect: (what: string, isRight: boolean) => void,
): Promise<void> {
  const url = (await store.presignGet?.(key, 60, { at: 1, length: bytes.length - 1 })) ?? '';
  const headers = { range: `bytes=1-${bytes.length - 1}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  const found = new Uint8Array(await response.arrayBuffer());
  expect(`it answers ${response.status} to an address that was signed for it`, response.ok);
  expect('it gave back other bytes for an address that was signed for it', isEqual(found, bytes.subarray(1)));
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one?.length === other.length && other.every((byte, at) => byte === one[at]);
}
