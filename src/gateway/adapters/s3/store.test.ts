import { describe, expect, test } from 'vitest';
import { StoreError } from '../../ports.ts';
import { parsePage } from './list.ts';
import type { S3World } from './request.ts';
import { addressOf } from './settings.ts';
import type { S3Settings } from './settings.ts';
import { makeS3Store } from './store.ts';

const settings: S3Settings = {
  endpoint: 'https://s3.example.org',
  region: 'eu-1',
  bucket: 'skills',
  accessKeyId: 'AKEXAMPLE',
  secretAccessKey: 'a secret that no message may tell',
};

type Answer = (init: RequestInit, url: URL) => Response | Promise<Response>;

/** A store that gives these answers, in their order and the last one from then on; and what it was asked. */
function scripted(answers: readonly Answer[], stall = 30_000) {
  const asked: string[] = [];
  const pauses: number[] = [];
  const world: S3World = {
    stall,
    async fetch(url, init) {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(`${init.method} ${url.pathname}${url.search}`);
      return answer?.(init, url) ?? new Response(null, { status: 500 });
    },
    async pause(milliseconds) {
      pauses.push(milliseconds);
    },
  };
  return { store: makeS3Store(settings, world), asked, pauses };
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const whole =
  (text: string): Answer =>
  () =>
    new Response(bytes(text), { headers: { 'content-length': String(bytes(text).length) } });
const fault =
  (status: number, code: string, more = '', headers = {}): Answer =>
  () =>
    new Response(`<?xml version="1.0"?><Error><Code>${code}</Code>${more}</Error>`, { status, headers });
const broken: Answer = () => {
  throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
};
/** Tells of ten bytes, and has five. */
const short: Answer = () => new Response(bytes('01234'), { headers: { 'content-length': '10' } });
function onAbort({ signal }: RequestInit, work: () => void): void {
  if (signal?.aborted === true) work();
  else signal?.addEventListener('abort', work);
}
/** Answers nothing until the request is given up. */
const silent: Answer = (init) =>
  new Promise((_, reject) => {
    onAbort(init, () => reject(new DOMException('aborted', 'AbortError')));
  });

describe('a store that fails for a moment', () => {
  test.each([
    ['answers 500', fault(500, 'InternalError')],
    ['answers 503', fault(503, 'SlowDown')],
    ['answers 429', fault(429, '')],
    ['says that it has waited for too long', fault(400, 'RequestTimeout')],
    ['breaks the connection', broken],
    ['gives fewer bytes than it says', short],
    ['does not say how many bytes there are', () => new Response('0123456789')],
  ] as const)('is asked again when it %s', async (_, failing) => {
    const { store, asked, pauses } = scripted([failing, failing, whole('0123456789')]);
    expect(new TextDecoder().decode(await store.get('key'))).toBe('0123456789');
    expect(asked).toHaveLength(3);
    expect(pauses[1]).toBeGreaterThan(Number(pauses[0]));
  });

  test('is given up after three times, and said to be one that may work later', async () => {
    for (const failing of [fault(503, 'SlowDown'), broken, short]) {
      const { store, asked } = scripted([failing]);
      await expect(store.get('key')).rejects.toMatchObject({ name: 'StoreError', retryable: true });
      expect(asked).toHaveLength(3);
    }
  });

  test('is asked again for all but a stream, of which nothing is left', async () => {
    const done: Answer = () => new Response(null, { status: 200, headers: { 'content-length': '7' } });
    const { store, asked } = scripted([broken, done, broken, done, broken, done, broken, done]);
    await store.put('key', bytes('x'));
    await store.remove('key');
    expect(await store.size('key')).toBe(7);
    expect(asked).toHaveLength(6);
    await expect(store.putStream('key', new Blob(['x']).stream(), 1)).rejects.toThrow(StoreError);
    expect(asked).toHaveLength(7);
  });

  test('is not waited for when nothing comes any more', async () => {
    const { store, asked } = scripted([silent], 5);
    await expect(store.get('key')).rejects.toThrow(/nothing has come for too long/);
    expect(asked).toHaveLength(3);
    const stuck: Answer = (init) => {
      const body = new ReadableStream({
        start: (controller) => onAbort(init, () => controller.error(init.signal?.reason)),
      });
      return new Response(body, { headers: { 'content-length': '10' } });
    };
    await expect(scripted([stuck], 5).store.get('key')).rejects.toThrow(/nothing has come for too long/);
    const reader = (await scripted([stuck], 5).store.stream('key'))?.getReader();
    await expect(reader?.read()).rejects.toThrow(/nothing has come for too long/);
  });
});

describe('a store that cannot work', () => {
  const late = { date: new Date(Date.now() - 3_600_000).toUTCString() };
  test.each([
    ['clock', fault(403, 'RequestTimeTooSkewed', '', late), /clock is wrong, by 6\d min ahead/],
    ['secret', fault(403, 'SignatureDoesNotMatch'), /mend `secretAccessKey`/],
    ['key', fault(403, 'InvalidAccessKeyId'), /mend `accessKeyId`/],
    ['right', fault(403, 'AccessDenied'), /denies access: give this access key the right/],
    ['bucket', fault(404, 'NoSuchBucket'), /has no such bucket/],
    ['region', fault(400, 'AuthorizationHeaderMalformed', '<Region>us-2</Region>'), /than eu-1: us-2; mend `region`/],
    ['place', () => new Response(null, { status: 301, headers: { location: 'https://x' } }), /in another region/],
    ['space', fault(403, 'QuotaExceeded'), /is full/],
    ['manners', () => new Response('<html>Not today</html>', { status: 418 }), /answers 418/],
  ] as const)('is asked once, and said to have the wrong %s', async (_, failing, words) => {
    const { store, asked } = scripted([failing]);
    const failure = store.get('key');
    await expect(failure).rejects.toThrow(words);
    await expect(failure).rejects.toThrow(/^the store s3\.example\.org\/skills /);
    await expect(failure).rejects.toMatchObject({ retryable: false });
    await expect(failure).rejects.not.toThrow(settings.secretAccessKey);
    expect(asked).toHaveLength(1);
  });

  test('is not taken at its word for a range that it does not have', async () => {
    const range = { at: 2, length: 3 };
    const all = scripted([whole('0123456789')]);
    await expect(all.store.get('key', range)).rejects.toThrow(/does not give parts/);
    const ended = scripted([fault(416, 'InvalidRange')]);
    await expect(ended.store.get('key', range)).rejects.toMatchObject({ retryable: false });
    const cut: Answer = () =>
      new Response(bytes('23'), { status: 206, headers: { 'content-length': '2', 'content-range': 'bytes 2-3/4' } });
    await expect(scripted([cut]).store.get('key', range)).rejects.toThrow(/has 4 bytes; 3 were wanted from 2 on/);
  });

  test('does not fill the memory with what it says of an error', async () => {
    let sent = 0;
    const endless: Answer = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 1;
            controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
          },
        }),
        { status: 403 },
      );
    await expect(scripted([endless]).store.get('key')).rejects.toThrow(/answers 403/);
    expect(sent).toBeLessThan(5);
  });
});

describe('a request', () => {
  test('names the key part by part, so that no server reads it in its own way', async () => {
    const { store, asked } = scripted([whole('x')]);
    await store.get("a b/c+d/é/(1)!'&=%2F");
    expect(asked).toEqual(['GET /skills/a%20b/c%2Bd/%C3%A9/%281%29%21%27%26%3D%252F']);
  });

  test('signs no encoding, which proxies change, and wants none', async () => {
    let headers = new Headers();
    const { store } = scripted([(init) => ((headers = new Headers(init.headers)), new Response(null))]);
    await store.put('key', bytes('x'));
    expect(headers.get('accept-encoding')).toBe('identity');
    expect(headers.get('authorization')).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date,');
  });

  test('follows no redirect', async () => {
    let redirect: string | undefined;
    const { store } = scripted([(init) => ((redirect = init.redirect), new Response(null))]);
    await store.remove('key');
    expect(redirect).toBe('manual');
  });

  test('goes to the bucket by path or by host', () => {
    expect(addressOf(settings, 'a/b').href).toBe('https://s3.example.org/skills/a/b');
    expect(addressOf(settings, '').href).toBe('https://s3.example.org/skills');
    const host = { ...settings, addressing: 'host' } as const;
    expect(addressOf(host, 'a/b').href).toBe('https://skills.s3.example.org/a/b');
    expect(addressOf(host, '').href).toBe('https://skills.s3.example.org/');
    expect(addressOf({ ...settings, endpoint: 'http://h:9/base/' }, 'k').href).toBe('http://h:9/base/skills/k');
  });
});

describe('a list', () => {
  const list = (inner: string): string =>
    `<?xml version="1.0"?><ListBucketResult xmlns="x">${inner}</ListBucketResult>`;
  const entry = (key: string): string => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;

  test('is read with keys as forms have them, and as XML has them', () => {
    const encoded = list(`<EncodingType>url</EncodingType>${entry('a+b%2Bc/%C3%A9')}${entry('x%26y')}`);
    expect(parsePage(encoded)).toEqual({ keys: ['a b+c/é', 'x&y'], next: undefined });
    const plain = list(`${entry('a+b &amp; &lt;c&gt; &#xE9;&#233;&quot;&apos;')}${entry('%20')}`);
    expect(parsePage(plain).keys).toEqual(['a+b & <c> éé"\'', '%20']);
  });

  test('goes on where the page before has ended', async () => {
    const page = (key: string, next = ''): Answer => whole(list(`${entry(key)}${next}`));
    const token = '<NextContinuationToken>a+b/=&amp;</NextContinuationToken>';
    const { store, asked } = scripted([page('one', token), page('two')]);
    expect(await store.list('pre fix/', 10)).toEqual(['one', 'two']);
    expect(asked).toEqual([
      'GET /skills?encoding-type=url&list-type=2&max-keys=10&prefix=pre%20fix%2F',
      'GET /skills?continuation-token=a%2Bb%2F%3D%26&encoding-type=url&list-type=2&max-keys=9&prefix=pre%20fix%2F',
    ]);
  });

  test('is not taken from what is none', async () => {
    const { store } = scripted([whole('<html>welcome</html>')]);
    await expect(store.list('', 10)).rejects.toThrow(/did not answer with a list/);
  });
});
