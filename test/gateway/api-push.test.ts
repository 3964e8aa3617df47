import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePush, newPushId, sha256Of } from '../../src/gateway/content/test-client.ts';
import type { PushDocument } from '../../src/sync/wire/messages.ts';
import type { Client } from './client.ts';
import { homes } from './homes.ts';
import type { HomeKind, RunningHome } from './homes.ts';
import { skill, World } from './world.ts';
import type { Head } from './world.ts';

/** Nine megabytes that do not become fewer. */
const large = randomBytes(9_000_000);

describe.each(homes)('a push to a gateway on $name', (kind: HomeKind) => {
  let home: RunningHome;
  let world: World;
  beforeAll(async () => {
    home = await kind.start();
    world = new World(home);
  });
  afterAll(() => home.stop());

  test('is there as a whole for the next pull, and changes come as what has changed', async () => {
    const { client } = await world.join();
    const changed = {
      ...skill('mail'),
      ...skill('notes', 'notes'.repeat(1_000)),
      'state/config/dispatch.json': '{}\n',
    };
    const first = await client.push<Head>({ base: 0, changed });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ head: { rev: 1, files: 3 }, repeated: false });
    const all = await client.pull();
    expect(all.contents['private']).toEqual(changed);

    const second = await client.push<Head>({
      base: 1,
      before: changed,
      changed: skill('mail', 'new'),
      gone: ['state/config/dispatch.json'],
    });
    expect(second.body.head.rev).toBe(2);
    const delta = await client.pull('repo=os&since=private:1&scope=all&accept=zstd');
    expect(delta.contents['private']).toEqual(skill('mail', 'new'));
    expect(delta.document.tiers[0]?.gone).toEqual(['state/config/dispatch.json']);
    const none = await client.pull('repo=os&since=private:2&scope=all&accept=zstd');
    expect(none.document.tiers[0]).toMatchObject({ files: [], gone: [], head: { rev: 2 } });
  });

  test('on an old base is a conflict that names the newest revision', async () => {
    const { client } = await world.join();
    await client.push({ base: 0, changed: skill('a') });
    const late = await client.push({ base: 0, changed: skill('b') });
    expect(late).toMatchObject({ status: 409, body: { code: 'stale_base', rev: 1 } });
  });

  test('that is sent again is answered as it was, and done once', async () => {
    const { client } = await world.join();
    const push = { base: 0, changed: skill('a'), pushId: newPushId() };
    const first = await client.push<Head>(push);
    await client.push({ base: 1, before: skill('a'), changed: skill('b') });
    const again = await client.push<Head>(push);
    expect(again.status).toBe(200);
    expect(again.body.repeated).toBe(true);
    expect(again.body.head.rev).toBe(first.body.head.rev);
  });

  test('of two at once lands for one, and the other is told', async () => {
    const { client } = await world.join();
    const both = await Promise.all(['a', 'b', 'c'].map((name) => client.push({ base: 0, changed: skill(name) })));
    const statuses = both.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 409, 409]);
    const { document } = await client.pull();
    expect(document.tiers[0]?.files).toHaveLength(1);
  });

  test('with another content than it says changes nothing', async () => {
    const { client } = await world.join();
    const lies = await client.push({ base: 0, changed: skill('a'), document: { digest: 'f'.repeat(64) } });
    expect(lies).toMatchObject({ status: 422, body: { code: 'mismatch' } });
    expect((await client.pull()).document.tiers[0]?.head.rev).toBe(0);
  });

  test('of a path that leaves the tree, or of secrets, is refused with the path', async () => {
    const { client } = await world.join();
    for (const path of [
      '../x',
      '/etc/passwd',
      'state/../x',
      'state/log/evals.ndjson',
      '.env.cache',
      'a\\b',
      'state/con',
    ]) {
      const refused = await client.push({ base: 0, changed: { [path]: 'x' } });
      expect(refused, path).toMatchObject({ status: 422, body: { code: 'refused_path' } });
    }
  });

  test('that was cut off leaves nothing', async () => {
    const { client } = await world.join();
    const { body, query } = makePush({ base: 0, changed: skill('a') });
    const torn = await client.fetch(`/_push?${query}`, { method: 'POST', body: body.slice(0, -20) });
    expect(torn.status).toBe(400);
    expect((await client.pull()).document.tiers[0]?.head.rev).toBe(0);
  });

  test('may send frames before, as a part', async () => {
    const { client } = await world.join();
    const content = 'x'.repeat(5_000);
    const part = makePart(content);
    const sent = await client.fetch('/_push/part?repo=os&tier=private', { method: 'POST', body: part.body });
    expect(sent.status).toBe(200);
    const { part: name } = (await sent.json()) as { part: string };
    expect(name).toBe(sha256Of(part.body));
    const path = 'state/skills/big/SKILL.md';
    const file = { path, sha256: sha256Of(content), size: content.length, exec: false, frame: 0, at: 0 };
    const push = pushOf({ files: [file], parts: [name], digest: digestOf(file) });
    expect((await client.push(push)).status).toBe(200);
    expect((await client.pull()).contents['private']).toEqual({ [path]: content });
  });

  test('of a large file goes to the address that was given for it', async () => {
    const { client } = await world.join();
    const sha256 = sha256Of(large);
    const asked = await client.json<{ blobs: { put?: { url: string; headers: Record<string, string> } }[] }>(
      'POST',
      '/_blobs',
      {
        repo: 'os',
        tier: 'private',
        blobs: [{ sha256, size: large.length }],
      },
    );
    const put = asked.body.blobs[0]?.put;
    expect(new URL(put?.url ?? '').origin === new URL(home.url).origin).toBe(!kind.presigns);
    const path = 'sources/large.bin';
    const file = { path, sha256, size: large.length, exec: false };
    const push = pushOf({ files: [file], digest: digestOf(file) });
    expect(await client.push(push)).toMatchObject({ status: 422, body: { code: 'missing_content' } });

    const stored = await fetch(put?.url ?? '', { method: 'PUT', body: large, headers: put?.headers ?? {} });
    expect(stored.ok).toBe(true);
    expect((await client.push(push)).status).toBe(200);
    const got = await client.fetch(`/_blobs/os/private/${sha256}`);
    expect(sha256Of(new Uint8Array(await got.arrayBuffer()))).toBe(sha256);
  });

  test('that declares more than is taken is refused before it is read', async () => {
    const { client } = await world.join();
    const { query } = makePush({ base: 0 });
    const refused = await client.fetch(`/_push?${query}`, { method: 'POST', body: new Uint8Array(17 * 1024 * 1024) });
    expect(refused.status).toBe(413);
  });
});

function digestOf(file: { sha256: string; size: number; path: string }): string {
  return sha256Of(`${file.sha256} ${file.size} - ${file.path}\n`);
}

function pushOf(document: Partial<PushDocument>): Parameters<Client['push']>[0] {
  return { base: 0, document };
}

/** A body with one frame and no document. */
function makePart(content: string): { readonly body: Uint8Array<ArrayBuffer> } {
  const { body } = makePush({ base: 0, changed: { x: content }, codec: 'gzip' });
  const end = body.slice(-10);
  const view = new DataView(body.buffer);
  // The magic has five bytes, the header of the frame ten.
  const frameEnd = 5 + 10 + view.getUint32(7, true);
  return { body: new Uint8Array([...body.slice(0, frameEnd), ...end]) };
}
