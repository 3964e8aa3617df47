import { expect, test } from 'vitest';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import type { ObjectStore } from '../ports.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { readPull, TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

const secret = 'SECRET-TOKEN-123';
const before: Files = { 'state/a.md': 'fine', 'state/token.md': secret, 'state/z.md': 'fine too' };

/** All that somebody who joins now is sent. */
async function sentTo(home: TestHome, n: number): Promise<Buffer> {
  await makeTestGateway(home).join(testKey(n), { subscriber: true });
  const member = new TestClient(home, testKey(n));
  return Buffer.from(await (await member.fetch('/_pull?repo=os&since=0&scope=all')).arrayBuffer());
}

test.each(['public', 'subscriber'] as const)(
  'who joins after something was taken out of the %s tier is not sent it',
  async (tier) => {
    const home = await makeTestHome();
    const client = new TestClient(home, home.operatorKey);
    await client.push({ tier, base: 0, changed: before, codec: 'none' });
    expect((await sentTo(home, 1)).includes(secret)).toBe(true);
    const { 'state/token.md': _, ...left } = before;
    expect((await client.push({ tier, base: 1, before, gone: ['state/token.md'] })).status).toBe(200);
    expect((await client.pull()).contents[tier]).toEqual(left);
    // The frames that are made anew are compressed: what is in them is seen by who asks for none.
    const pulled = await client.pull();
    expect(pulled.document.frames.reduce((sum, { rawSize }) => sum + rawSize, 0)).toBe('finefine too'.length);
    expect((await sentTo(home, 2)).includes(secret)).toBe(false);

    const edited = { 'state/z.md': 'f' };
    await client.push({ tier, base: 2, before: left, changed: edited, codec: 'none' });
    const last = await client.pull();
    expect(last.contents[tier]).toEqual({ ...left, ...edited });
    expect(last.document.frames.reduce((sum, { rawSize }) => sum + rawSize, 0)).toBe('finef'.length);
    await home.idle();
  },
);

test('an address of the store gives nothing of a pack but what a pull is sent of it', async () => {
  const objects = new Map<string, Uint8Array>();
  const presignGet: ObjectStore['presignGet'] = async (key, _, { at, length }) =>
    `https://store.test/${key}#${at}+${length}`;
  const home = await makeTestHome({ store: { ...makeMemoryStore(objects), presignGet } });
  const client = new TestClient(home, home.operatorKey);
  const large = Object.fromEntries(['a', 'b', 'c'].map((name) => [`state/${name}.md`, name.repeat(600_000)]));
  const { 'state/b.md': _, ...left } = large;
  await client.push({ tier: 'public', base: 0, changed: large, codec: 'none', filesOfFrame: 1 });
  await client.push({ tier: 'public', base: 1, before: large, gone: ['state/b.md'] });
  const answer = await client.fetch('/_pull?repo=os&since=0&scope=all');
  const given: string[] = [];
  const { contents } = await readPull(new Uint8Array(await answer.arrayBuffer()), async (url, at, size) => {
    const { pathname, hash } = new URL(url);
    expect(hash).toBe(`#${at}+${size}`);
    const bytes = Buffer.from(objects.get(pathname.slice(1)) ?? []).subarray(at, at + size);
    given.push(bytes.toString());
    return bytes;
  });
  expect(contents['public']).toEqual(left);
  expect(given.map((text) => [...new Set(text)])).toEqual([['a'], ['c']]);
  await home.idle();
});

test('in a private tier, which one person reads, frames stay as they are', async () => {
  const home = await makeTestHome();
  const client = new TestClient(home, home.operatorKey);
  await client.push({ base: 0, changed: before, codec: 'none' });
  await client.push({ base: 1, before, gone: ['state/token.md'] });
  expect((await client.pull()).document.frames).toMatchObject([{ rawSize: 28 }]);
  await home.idle();
});
