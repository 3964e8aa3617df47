import zlib from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { encodeRecord, endRecord, magic } from '../../sync/wire/frames.ts';
import { manifestText } from '../../sync/wire/manifest.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { makePush, sha256Of, TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

const megabyte = 1024 * 1024;
const large: Files = Object.fromEntries(
  Array.from({ length: 30 }, (_, n) => [`state/${n}.md`, `${n}`.padEnd(megabyte)]),
);
const address = '/_push?repo=os&tier=private&base=0';

let home: TestHome;
let client: TestClient;
/** How often a frame was uncompressed. */
let uncompressed = 0;
let waiting: { readonly times: number; readonly come: () => void } | undefined;

function uncompressedTimes(times: number): Promise<void> {
  return new Promise((come) => (waiting = { times, come }));
}

async function open(limits = {}): Promise<void> {
  const made = await makeTestHome({ config: { limits } });
  uncompressed = 0;
  const decompress: TestHome['platform']['decompress'] = (codec, bytes, rawSize) => {
    if (rawSize === megabyte) uncompressed += 1;
    if (uncompressed === waiting?.times) waiting.come();
    return made.platform.decompress(codec, bytes, rawSize);
  };
  home = { ...made, platform: { ...made.platform, decompress } };
  client = new TestClient(home, home.operatorKey);
}

beforeEach(() => open());

/** A push whose body stops before its last byte, once all frames of it have come. */
async function heldOpen(push: Parameters<typeof makePush>[0]): Promise<{ finish: () => Promise<Response> }> {
  const { body, query } = makePush(push);
  let rest: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isRead: () => void = () => undefined;
  const read = new Promise<void>((resolve) => (isRead = resolve));
  const pieces = [body.slice(0, -1)];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece !== undefined) return controller.enqueue(piece);
      rest = controller;
      return isRead();
    },
  });
  const answer = client.send(`/_push?${query}`, stream);
  await Promise.race([read, answer]);
  return {
    async finish() {
      rest?.enqueue(body.slice(-1));
      rest?.close();
      return answer;
    },
  };
}

test('pushes that are held open share one room for what was uncompressed of them', async () => {
  const allCame = uncompressedTimes(90);
  const pushes = await Promise.all(
    Array.from({ length: 3 }, () => heldOpen({ base: 0, changed: large, filesOfFrame: 1 })),
  );
  await allCame;
  const answers = await Promise.all(pushes.map(({ finish }) => finish()));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  // 64 of 90 are held: the others are uncompressed again when they are looked at.
  expect(uncompressed).toBe(90 + 26);

  uncompressed = 0;
  await (await heldOpen({ base: 1, before: large, changed: large, filesOfFrame: 1 })).finish();
  expect(uncompressed, 'the room is free again').toBe(30);
  await home.idle();
});

test('a tenant has few pushes open at once, whether they come through or are cut off', async () => {
  await open({ pushesAtOnce: 2 });
  const push = { base: 0, changed: { 'state/a.md': 'a' } };
  const pushes = await Promise.all([heldOpen(push), heldOpen(push)]);
  for (const path of [address, '/_push/part?repo=os&tier=private']) {
    const third = await client.send(path, new Uint8Array(magic));
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1']);
  }
  await Promise.all(pushes.map(({ finish }) => finish()));
  for (let n = 0; n < 3; n += 1)
    expect((await client.send(`/_push?repo=os&tier=private&base=1`, new Uint8Array(magic))).status).toBe(400);
  expect((await client.push({ ...push, base: 1, before: push.changed })).status).toBe(200);
  await home.idle();
});

test('a tenant has so many bytes of documents judged in a minute, before they are uncompressed', async () => {
  await open({ tenantDocuments: 3_000_000 });
  const zeros = new Uint8Array(2_000_000);
  const document = encodeRecord('document', 'gzip', home.platform.compress(zeros, 'contents').bytes, zeros.length);
  const body = new Uint8Array(Buffer.concat([magic, ...document, Buffer.alloc(10)]));
  expect((await client.send(address, body)).status).not.toBe(429);
  expect((await client.send(address, body)).status).toBe(429);
  home.clock.now = new Date(home.clock.now.getTime() + 60_000);
  expect((await client.send(address, body)).status).not.toBe(429);
  await home.idle();
});

test('a tenant has so many bytes of contents uncompressed in a minute, those of its parts each time they are named', async () => {
  await open({ tenantContents: 5_000_000 });
  const zeros = Buffer.alloc(2_000_000);
  const frame = encodeRecord('frame', 'gzip', zlib.gzipSync(zeros), zeros.length);
  const sent = await client.send(
    '/_push/part?repo=os&tier=private',
    new Uint8Array(Buffer.concat([magic, ...frame, endRecord()])),
  );
  const { part } = (await sent.json()) as { part: string };
  const pushOf = (times: number): Promise<Response> => {
    const parts = Array.from({ length: times }, () => part);
    const files = parts.map((_, n) => {
      return { path: `state/${n}.md`, sha256: sha256Of(zeros), size: zeros.length, exec: false, frame: n, at: 0 };
    });
    return client.push({ base: 0, document: { files, parts, digest: sha256Of(manifestText(files)) } });
  };
  expect((await pushOf(3)).status).toBe(429);
  home.clock.now = new Date(home.clock.now.getTime() + 60_000);
  expect((await pushOf(2)).status).toBe(200);
  const body = new Uint8Array(Buffer.concat([magic, ...frame, ...frame]));
  expect((await client.send('/_push?repo=os&tier=private&base=1', body)).status).toBe(429);
  await home.idle();
});
