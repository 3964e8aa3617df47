import { hash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { StoreError } from '../ports.ts';
import type { ObjectStore } from '../ports.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const noise = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
const digest = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** A stream of these pieces; with `fail` it breaks off after them instead of coming to its end. */
function streamOf(pieces: readonly Uint8Array[], fail?: Error): ReadableStream<Uint8Array> {
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(next);
      else if (fail === undefined) controller.close();
      else controller.error(fail);
    },
  });
}

async function collect(stream: ReadableStream<Uint8Array> | undefined): Promise<Uint8Array | undefined> {
  return stream === undefined ? undefined : new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Every rule of `ObjectStore`. `use` gives the store to test; several tests share it, each below a prefix of its own. */
export function describeStore(name: string, use: () => ObjectStore | Promise<ObjectStore>): void {
  const place = async (): Promise<{ store: ObjectStore; at: string }> => ({
    store: await use(),
    at: `contract/${randomBytes(6).toString('hex')}`,
  });

  describe(`${name}, as a store`, () => {
    describeReading(place);
    describeAbsence(place);
    describeWriting(place);
    describeStreams(place);
    describeKeys(place);
    describeLists(place);
  });
}

type Place = () => Promise<{ readonly store: ObjectStore; readonly at: string }>;

function describeReading(place: Place): void {
  test('gives back what was put, whole', async () => {
    const { store, at } = await place();
    const bytes = noise(200_000);
    await store.put(`${at}/pack`, bytes, { contentType: 'application/octet-stream' });
    expect(digest((await store.get(`${at}/pack`)) ?? new Uint8Array())).toBe(digest(bytes));
    expect(digest((await collect(await store.stream(`${at}/pack`))) ?? new Uint8Array())).toBe(digest(bytes));
    expect(await store.size(`${at}/pack`)).toBe(200_000);
  });

  test('gives a range, from its first byte to its last', async () => {
    const { store, at } = await place();
    await store.put(`${at}/ten`, bytesOf('0123456789'));
    for (const [from, length, text] of [
      [0, 1, '0'],
      [3, 4, '3456'],
      [9, 1, '9'],
      [0, 10, '0123456789'],
      [4, 0, ''],
      [10, 0, ''],
    ] as const) {
      const range = { at: from, length };
      expect(new TextDecoder().decode(await store.get(`${at}/ten`, range))).toBe(text);
      expect(new TextDecoder().decode(await collect(await store.stream(`${at}/ten`, range)))).toBe(text);
    }
  });

  test('fails for a range that goes beyond the end, rather than giving less', async () => {
    const { store, at } = await place();
    await store.put(`${at}/ten`, bytesOf('0123456789'));
    for (const range of [
      { at: 5, length: 6 },
      { at: 10, length: 1 },
      { at: 11, length: 0 },
      { at: 1_000_000, length: 5 },
      { at: 0, length: 11 },
    ]) {
      await expect(store.get(`${at}/ten`, range)).rejects.toThrow(StoreError);
      await expect(store.stream(`${at}/ten`, range).then(collect)).rejects.toThrow(StoreError);
    }
  });
}

function describeWriting(place: Place): void {
  test('keeps an empty object', async () => {
    const { store, at } = await place();
    await store.put(`${at}/empty`, new Uint8Array());
    await store.putStream(`${at}/streamed`, streamOf([]), 0);
    for (const key of [`${at}/empty`, `${at}/streamed`]) {
      expect(await store.get(key)).toHaveLength(0);
      expect(await collect(await store.stream(key))).toHaveLength(0);
      expect(await store.size(key)).toBe(0);
    }
  });

  test('puts a later object in the place of an earlier one', async () => {
    const { store, at } = await place();
    await store.put(`${at}/page`, bytesOf('a long first text'));
    await store.put(`${at}/page`, bytesOf('second'));
    expect(new TextDecoder().decode(await store.get(`${at}/page`))).toBe('second');
  });

  test('takes many at once', async () => {
    const { store, at } = await place();
    const keys = Array.from({ length: 40 }, (_, number) => `${at}/${number % 7}/${number}`);
    await Promise.all(keys.map((key) => store.put(key, bytesOf(key))));
    const found = await Promise.all(keys.map((key) => store.get(key)));
    expect(found.map((bytes) => new TextDecoder().decode(bytes))).toEqual(keys);
  });

  test('removes what is there, and only that', async () => {
    const { store, at } = await place();
    await store.put(`${at}/a/one`, bytesOf('1'));
    await store.put(`${at}/a/two`, bytesOf('2'));
    await store.remove(`${at}/a/one`);
    await store.remove(`${at}/a/one`);
    expect(await store.get(`${at}/a/one`)).toBeUndefined();
    expect(await store.list(`${at}/`, 10)).toEqual([`${at}/a/two`]);
    await store.remove(`${at}/a/two`);
    // Where the last file of a folder was, a file of the folder's name may come.
    await store.put(`${at}/a`, bytesOf('a file now'));
    expect(await store.list(at, 10)).toEqual([`${at}/a`]);
  });
}

function describeKeys(place: Place): void {
  test('keeps keys with characters that addresses and XML treat in their own way', async () => {
    const { store, at } = await place();
    const keys = [
      'a b',
      'a+b',
      'a%20b',
      'a&amp;b',
      "a'(!)~b",
      'é',
      '日本語',
      'a=b;c,d',
      '🙂',
      '#1',
      '@x',
      '$y',
      '[z]',
    ].map((part) => `${at}/${part}/${part}`);
    for (const key of keys) await store.put(key, bytesOf(key));
    for (const key of keys) expect(new TextDecoder().decode(await store.get(key))).toBe(key);
    expect([...(await store.list(`${at}/`, 100))].toSorted()).toEqual(keys.toSorted());
    expect(await store.list(`${at}/a+`, 100)).toEqual([`${at}/a+b/a+b`]);
  });

  test.each([
    ['leads up', '../up'],
    ['leads up from within', 'a/../../up'],
    ['is absolute', '/etc/passwd'],
    ['has an empty part', 'a//b'],
    ['ends in a slash', 'a/'],
    ['is empty', ''],
    ['has a backslash', 'a\\..\\b'],
    ['has a NUL', 'nul\u0000'],
    ['is a device', 'CON'],
    ['is a dot', '.'],
    ['has a long part', 'x'.repeat(256)],
    ['is long', `${'long/'.repeat(300)}name`],
  ])('refuses a key that %s', async (_, key) => {
    const { store } = await place();
    const body = bytesOf('x');
    const ends = await Promise.allSettled([
      store.get(key),
      store.stream(key),
      store.put(key, body),
      store.putStream(key, streamOf([body]), 1),
      store.size(key),
      store.remove(key),
    ]);
    expect(ends.map((end) => end.status === 'rejected' && end.reason instanceof StoreError)).toEqual(
      ends.map(() => true),
    );
  });
}

function describeAbsence(place: Place): void {
  test('says of what is not there that it is not there', async () => {
    const { store, at } = await place();
    await store.put(`${at}/folder/file`, bytesOf('x'));
    for (const key of [`${at}/none`, `${at}/folder`, `${at}/folder/file/below`, `${at}/no/such/folder`]) {
      expect(await store.get(key)).toBeUndefined();
      expect(await store.get(key, { at: 0, length: 1 })).toBeUndefined();
      expect(await store.get(key, { at: 0, length: 0 })).toBeUndefined();
      expect(await store.stream(key)).toBeUndefined();
      expect(await store.size(key)).toBeUndefined();
      await store.remove(key);
    }
    expect(await store.size(`${at}/folder/file`)).toBe(1);
  });

  test('lets a reader give up in the middle', async () => {
    const { store, at } = await place();
    await store.put(`${at}/large`, noise(1_000_000));
    const reader = (await store.stream(`${at}/large`))?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    await reader?.cancel();
    expect(await store.size(`${at}/large`)).toBe(1_000_000);
  });
}

function describeStreams(place: Place): void {
  test('takes an object in pieces of any size', async () => {
    const { store, at } = await place();
    const pieces = [noise(1), noise(0), noise(70_000), noise(300_000), noise(3)];
    await store.putStream(`${at}/blob`, streamOf(pieces), 370_004);
    expect(digest((await store.get(`${at}/blob`)) ?? new Uint8Array())).toBe(digest(Buffer.concat(pieces)));
  });

  test('keeps nothing of a stream that has too many bytes, too few, or breaks off', async () => {
    const { store, at } = await place();
    await store.put(`${at}/known`, bytesOf('known'));
    const broken = (): ReadableStream<Uint8Array> => streamOf([noise(50_000)], new Error('the sender is gone'));
    for (const key of [`${at}/new`, `${at}/known`]) {
      await expect(store.putStream(key, streamOf([noise(60_000), noise(1)]), 60_000)).rejects.toThrow(/60000|bytes/);
      await expect(store.putStream(key, streamOf([noise(60_001)]), 60_000)).rejects.toThrow(/60000|bytes/);
      await expect(store.putStream(key, streamOf([noise(59_999)]), 60_000)).rejects.toThrow(/59999|bytes/);
      await expect(store.putStream(key, broken(), 60_000)).rejects.toThrow(Error);
      await expect(store.putStream(key, broken(), 50_000)).rejects.toThrow(Error);
    }
    expect(await store.size(`${at}/new`)).toBeUndefined();
    expect(new TextDecoder().decode(await store.get(`${at}/known`))).toBe('known');
    expect(await store.list(`${at}/`, 10)).toEqual([`${at}/known`]);
  });
}

function describeLists(place: Place): void {
  test('lists by prefix, in the order of bytes, no more than was asked for', async () => {
    const { store, at } = await place();
    // U+1F642 is beyond U+FF21 in UTF-8, and before it in UTF-16.
    const keys = ['a-b', 'a/b', 'a/c/d', 'a0', 'ab', 'b', 'Ａ', '🙂'].map((part) => `${at}/${part}`);
    await Promise.all(keys.toReversed().map((key) => store.put(key, bytesOf('.'))));
    expect(await store.list(`${at}/`, 100)).toEqual(keys);
    expect(await store.list(`${at}/`, 3)).toEqual(keys.slice(0, 3));
    expect(await store.list(`${at}/a`, 100)).toEqual(keys.slice(0, 5));
    expect(await store.list(`${at}/a/`, 100)).toEqual(keys.slice(1, 3));
    expect(await store.list(`${at}/none`, 100)).toEqual([]);
    expect(await store.list(`${at}/`, 0)).toEqual([]);
  });

  test('refuses a prefix that leads out', async () => {
    const { store } = await place();
    for (const prefix of ['../', '/', 'a/../../']) {
      await expect(store.list(prefix, 10)).rejects.toThrow(StoreError);
    }
  });
}
