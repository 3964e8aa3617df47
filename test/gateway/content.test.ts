import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPull } from '../../src/gateway/content/test-client.ts';
import type { Files } from '../../src/gateway/content/test-client.ts';
import type { Client } from './client.ts';
import { homes } from './homes.ts';
import type { HomeKind, RunningHome } from './homes.ts';
import { skill, World } from './world.ts';

/** All that a tenant's own tier has, and the addresses that it was asked for at. */
async function pullAll(
  client: Client,
  accept: 'gzip' | 'zstd',
): Promise<{ files: Files | undefined; addresses: Set<string> }> {
  const answer = await client.fetch(`/_pull?repo=os&since=0&scope=all&accept=${accept}`);
  const addresses = new Set<string>();
  const { contents } = await readPull(new Uint8Array(await answer.arrayBuffer()), async (url, at, size) => {
    addresses.add(url);
    // An address of the store: whoever has it needs no key.
    const part = await fetch(url, { headers: { range: `bytes=${at}-${at + size - 1}` } });
    expect(part.status).toBe(206);
    return new Uint8Array(await part.arrayBuffer());
  });
  return { files: contents['private'], addresses };
}

describe.each(homes)('contents at a gateway on $name', (kind: HomeKind) => {
  let home: RunningHome;
  let world: World;
  beforeAll(async () => {
    home = await kind.start();
    world = new World(home);
  });
  afterAll(() => home.stop());

  test('of 5,000 files go in one push, and come back by three requests at most', async () => {
    const { client } = await world.join();
    const changed = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, n) => [`state/skills/s${n}/SKILL.md`, noise(n, 2_000)]),
    );
    expect((await client.push({ base: 0, changed, filesOfFrame: 500 })).status).toBe(200);
    const { files, addresses } = await pullAll(client, 'zstd');
    expect(files).toEqual(changed);
    expect(1 + addresses.size).toBeLessThanOrEqual(3);
    expect(addresses.size > 0).toBe(kind.presigns);
    // A client that reads gzip alone is given all that is zstd through the gateway.
    expect((await pullAll(client, 'gzip')).files).toEqual(changed);
  });

  test('of forty small pushes are all there, in few packs', async () => {
    const { client } = await world.join();
    const files: Record<string, string> = {};
    for (let base = 0; base < 40; base += 1) {
      const changed = skill(`s${base}`, `skill ${base}\n`);
      expect((await client.push({ base, before: files, changed })).status).toBe(200);
      Object.assign(files, changed);
    }
    const { document, contents } = await client.pull();
    expect(contents['private']).toEqual(files);
    expect(document.frames.length).toBeLessThanOrEqual(26);
  });
});

/** Text that does not become much smaller, the same each time. */
function noise(seed: number, length: number): string {
  let state = seed + 1;
  let text = '';
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text;
}
