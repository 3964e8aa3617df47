import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { encodeRecord, endRecord, magic } from '../../sync/wire/frames.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { forgetIncoming } from './incoming.ts';
import { makePush, sha256Of, TestClient } from './test-client.ts';

const objects = new Map<string, Uint8Array>();
const large = randomBytes(20_000);
const blob = { sha256: sha256Of(large), size: large.length };
const text = 'sent ahead\n'.repeat(50);
const framed = { sha256: sha256Of(text), size: text.length };
const rows = [
  { path: 'state/a.md', ...framed },
  { path: 'state/b.bin', ...blob },
];
const digest = sha256Of(rows.map(({ path, sha256, size }) => `${sha256} ${size} - ${path}\n`).join(''));

let home: TestHome;
let client: TestClient;
beforeEach(async () => {
  objects.clear();
  home = await makeTestHome({ store: makeMemoryStore(objects) });
  client = new TestClient(home, home.operatorKey);
  return () => home.idle();
});

const waiting = (): number => [...objects.keys()].filter((key) => key.startsWith('snappy-incoming/')).length;

/** Lets days go by; the first request of each takes away what has waited long enough. */
async function goOn(days: number): Promise<void> {
  home.clock.now = new Date(home.clock.now.getTime() + days * 86_400_000);
  await client.fetch('/_status');
  await home.idle();
}

/** Asks where to put the large file; `undefined` where it need not be sent. */
async function ask(): Promise<string | undefined> {
  const body = JSON.stringify({ repo: 'os', tier: 'private', blobs: [blob] });
  const { blobs } = (await (await client.fetch('/_blobs', { method: 'POST', body })).json()) as {
    blobs: { put?: { url: string } }[];
  };
  return blobs[0]?.put?.url;
}

/** Sends a part and a large file, and gives the push that would name them. */
async function sendAhead(): Promise<() => Promise<Response>> {
  const part = Buffer.concat([magic, ...encodeRecord('frame', 'none', Buffer.from(text), text.length), endRecord()]);
  const sent = await client.send('/_push/part?repo=os&tier=private', new Uint8Array(part));
  const { part: name } = (await sent.json()) as { part: string };
  const url = await ask();
  if (url !== undefined) await client.fetch(new URL(url).pathname, { method: 'PUT', body: new Uint8Array(large) });
  const files = rows.map((row, index) => ({ ...row, exec: false, ...(index === 0 ? { frame: 0, at: 0 } : {}) }));
  const { body, query } = makePush({ base: 0, changed: {}, document: { files, parts: [name], digest } });
  return () => client.send(`/_push?${query}`, body);
}

async function expectWhole(): Promise<void> {
  expect((await client.pull()).contents['private']).toMatchObject({ 'state/a.md': text });
  const read = await client.fetch(`/_blobs/os/private/${blob.sha256}`);
  expect(Buffer.from(await read.arrayBuffer()).equals(large)).toBe(true);
}

test('what was sent ahead of a push that never came is taken away after some days, and the push is told so', async () => {
  const push = await sendAhead();
  await goOn(1);
  expect(waiting()).toBe(2);
  await goOn(2);
  expect(objects.size).toBe(0);
  expect(await (await push()).json()).toMatchObject({ code: 'missing_content' });
  expect((await (await sendAhead())()).status).toBe(200);
  await expectWhole();
});

test('a push that lands takes its own, and misses nothing when what waits is taken away', async () => {
  const push = await sendAhead();
  await goOn(2);
  expect((await push()).status).toBe(200);
  await goOn(5);
  expect(waiting()).toBe(0);
  await expectWhole();
});

test('whoever is told that a large file is here already has a day to name it', async () => {
  const push = await sendAhead();
  await goOn(1);
  expect(await ask()).toBeUndefined();
  await goOn(1);
  // It is about to go, so it is asked for again.
  expect(await ask()).toBeDefined();
  expect((await push()).status).toBe(200);
  await goOn(5);
  await expectWhole();
});

test('what one look takes away is bounded; the next goes on, and leaves what is younger', async () => {
  const bounded = { ...home, config: { ...home.config, laterAtOnce: 3 } };
  const old = ['a', 'b', 'c', 'd'].map((name) => `snappy-incoming/2026-10-29/os/public/${name}`);
  const young = 'snappy-incoming/2026-10-30/os/public/a';
  for (const key of [...old, young]) objects.set(key, large);
  await forgetIncoming(bounded);
  expect([...objects.keys()]).toEqual([old[3], young]);
  await forgetIncoming(bounded);
  expect([...objects.keys()]).toEqual([young]);
});
