import { expect, test } from 'vitest';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { TestClient } from './test-client.ts';
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

test('in a private tier, which one person reads, frames stay as they are', async () => {
  const home = await makeTestHome();
  const client = new TestClient(home, home.operatorKey);
  await client.push({ base: 0, changed: before, codec: 'none' });
  await client.push({ base: 1, before, gone: ['state/token.md'] });
  expect((await client.pull()).document.frames).toMatchObject([{ rawSize: 28 }]);
  await home.idle();
});
