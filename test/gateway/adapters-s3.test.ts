import { randomBytes } from 'node:crypto';
import { describe, expect, inject, test, vi } from 'vitest';
import { probeS3 } from '../../src/gateway/adapters/s3/probe.ts';
import type { S3World } from '../../src/gateway/adapters/s3/request.ts';
import type { S3Settings } from '../../src/gateway/adapters/s3/settings.ts';
import { makeS3Store } from '../../src/gateway/adapters/s3/store.ts';
import { describeStore } from '../../src/gateway/adapters/test-store-contract.ts';
import { freePort } from './radosgw.ts';
import { makeBucket } from './s3-server.ts';

const s3 = inject('s3');
const settings = makeBucket(s3, 'contract');
const useStore = async (changes: Partial<S3Settings> = {}, world: Partial<S3World> = {}) =>
  makeS3Store({ ...(await settings), ...changes }, world);
const noPause = async (): Promise<void> => {};

describeStore('S3', () => useStore());

const tries = new Map<string, number>();
/** Each request fails twice before it is done: one like it may have been done, and its answer lost. */
const flaky: Partial<S3World> = {
  pause: noPause,
  async fetch(url, init) {
    // What comes in a stream cannot be sent again.
    if (init.body instanceof ReadableStream) return fetch(url, init);
    const name = `${init.method} ${url.href} ${new Headers(init.headers).get('range')}`;
    const number = (tries.get(name) ?? 0) + 1;
    tries.set(name, number);
    if (number % 3 === 0) return fetch(url, init);
    if (number % 3 === 1) return new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 });
    await (await fetch(url, init)).body?.cancel();
    throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
  },
};
describeStore('S3 that fails twice at everything', () => useStore({}, flaky));

describe('an address that was signed', () => {
  const put = (url: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(url, { method: 'PUT', headers, body });
  const body = new Uint8Array(randomBytes(5_000));

  test('gives a range of its object to anybody, and nothing else of it', async () => {
    const store = await useStore();
    const key = 'signed/a+b é/(1)';
    await store.put(key, body);
    const url = (await store.presignGet?.(key, 60, { at: 10, length: 10 })) ?? '';
    for (const headers of [{}, { range: 'bytes=10-20' }, { range: 'bytes=0-19' }, { range: 'bytes=-10' }])
      expect((await fetch(url, { headers })).status).toBe(403);
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(body.slice(10, 20));
  });

  test('takes its object, and bytes of no other number', async () => {
    const store = await useStore();
    const key = `signed/${randomBytes(6).toString('hex')} +1`;
    const signed = await store.presignPut?.(key, 60, body.length);
    const { url = '', headers = {} } = signed ?? {};
    for (const wrong of [body.subarray(1), new Uint8Array(5_001), new Uint8Array()]) {
      const refused = await put(url, { 'content-length': String(wrong.length) }, wrong);
      expect(refused.status).toBe(403);
    }
    expect(await store.size(key)).toBeUndefined();
    expect((await put(url, { ...headers }, body)).status).toBe(200);
    expect(await store.get(key)).toEqual(body);
  });

  test('is good for nothing else, and not for ever', async () => {
    const store = await useStore();
    await store.put('signed/one', body);
    await store.put('signed/other', body);
    const range = { at: 0, length: 5 };
    const headers = { range: 'bytes=0-4' };
    const url = (await store.presignGet?.('signed/one', 60, range)) ?? '';
    expect((await fetch(url.replace('signed/one', 'signed/other'), { headers })).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(403);
    expect((await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'), { headers })).status).toBe(403);
    const old = new URL(url);
    expect((await fetch(old, { headers })).status).toBe(206);
    const short = (await store.presignGet?.('signed/one', 1, range)) ?? '';
    const isOver = async (): Promise<boolean> => (await fetch(short, { headers })).status === 403;
    await expect.poll(isOver, { timeout: 10_000, interval: 250 }).toBe(true);
  });

  test('is there only where clients reach the store', async () => {
    const hidden = await useStore({ clients: 'none' });
    expect(Object.keys(hidden)).not.toContain('presignGet');
    expect(Object.keys(hidden)).not.toContain('presignPut');
    const elsewhere = await useStore({ clients: 'https://files.example.org' });
    expect(await elsewhere.presignGet?.('a', 60, { at: 0, length: 1 })).toMatch(
      /^https:\/\/files\.example\.org\/contract\/a\?/,
    );
  });
});

describe('a bucket', () => {
  test('is listed beyond what S3 lists at once', async () => {
    const store = makeS3Store(await makeBucket(s3, 'listed'));
    const keys = Array.from({ length: 1_203 }, (_, n) => `many/${String(n).padStart(5, '0')} é`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, new Uint8Array(1))));
    }
    expect(await store.list('many/', 5_000)).toEqual(keys);
    expect(await store.list('many/', 1_100)).toEqual(keys.slice(0, 1_100));
  });

  test('is looked through at the start, and found right', async () => {
    const known = await settings;
    await probeS3(known);
    expect(await makeS3Store(known).list('snappy-os-meta/probe/', 10)).toEqual([]);
  });

  test('is found wrong in words that say what to mend', async () => {
    const known = await settings;
    const closed = { ...known, endpoint: `http://127.0.0.1:${await freePort()}` };
    for (const [wrong, words] of [
      [{ ...known, secretAccessKey: `${known.secretAccessKey}x` }, /secret does not belong .* `secretAccessKey`/],
      [{ ...known, accessKeyId: 'nobody' }, /does not know the access key: mend `accessKeyId`/],
      [{ ...known, bucket: 'no-such-bucket' }, /has no such bucket: make it, or mend `bucket`/],
      [closed, /the store 127\.0\.0\.1:\d+\/contract does not answer: .*ECONNREFUSED/],
    ] as const) {
      const failure = probeS3(wrong, { pause: noPause });
      await expect(failure).rejects.toThrow(words);
      await expect(failure).rejects.not.toThrow(known.secretAccessKey);
    }
  });

  test('refuses what was signed by a clock that is wrong, and by how much is told', async () => {
    const store = await useStore({}, { pause: noPause });
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const [minutes, words] of [
        [60, /by (?:59|6[01]) min ahead; set it/],
        [-60, /by (?:59|6[01]) min behind; set it/],
      ] as const) {
        vi.setSystemTime(Date.now() + minutes * 60_000);
        await expect(store.get('key')).rejects.toThrow(words);
        vi.useRealTimers();
        vi.useFakeTimers({ toFake: ['Date'] });
      }
      vi.setSystemTime(Date.now() + 10 * 60_000);
      expect(await store.get('key')).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });
});
