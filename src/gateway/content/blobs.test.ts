import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import type { ObjectStore } from '../ports.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { incomingNow } from './incoming.ts';
import { blobKey } from './keys.ts';
import { makePush, sha256Of, TestClient } from './test-client.ts';

const objects = new Map<string, Uint8Array>();
const large = randomBytes(300_000);
const blob = { sha256: sha256Of(large), size: large.length };
const path = 'state/skills/a/resources/model.bin';
let home: TestHome;
let client: TestClient;

beforeEach(async () => {
  objects.clear();
  home = await makeTestHome({ store: makeMemoryStore(objects) });
  client = new TestClient(home, home.operatorKey);
  return () => home.idle();
});

async function ask(who = client, tier = 'private'): Promise<string | undefined> {
  const body = JSON.stringify({ repo: 'os', tier, blobs: [blob] });
  const answer = await who.fetch('/_blobs', { method: 'POST', body });
  expect(answer.status).toBe(200);
  const { blobs } = (await answer.json()) as { blobs: { put?: { url: string } }[] };
  return blobs[0]?.put?.url;
}

function put(url: string | undefined, bytes: Uint8Array): Promise<Response> {
  const { pathname } = new URL(url ?? '');
  return new TestClient(home).fetch(pathname, { method: 'PUT', body: new Uint8Array(bytes) });
}

/** A push that names the large file, and has no content of it. */
function pushLarge(who = client): Promise<Response> {
  const file = { path, ...blob, exec: false };
  const { body, query } = makePush({ base: 0, changed: { [path]: '' }, document: { files: [file], digest: digest() } });
  return who.send(`/_push?${query}`, body);
}

function digest(): string {
  return sha256Of(`${blob.sha256} ${blob.size} - ${path}\n`);
}

test('a large file is put by itself, named by a push, and read again', async () => {
  const url = await ask();
  const kept = await put(url, large);
  expect([kept.status, await kept.json()]).toEqual([201, { sha256: blob.sha256 }]);
  expect(await ask()).toBeUndefined();
  expect((await pushLarge()).status).toBe(200);
  const { document } = await client.pull();
  expect(document.tiers[0]?.files).toEqual([{ path, ...blob, exec: false }]);
  const read = await client.fetch(`/_blobs/os/private/${blob.sha256}`);
  expect(Buffer.from(await read.arrayBuffer()).equals(large)).toBe(true);
  expect(Object.fromEntries(read.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': String(large.length),
    'content-disposition': 'attachment',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
});

test('what was put is in the audit log, with who asked for the address', async () => {
  await put(await ask(), large);
  const rows = await home.ledger.all({ sql: "SELECT * FROM audit WHERE action = 'blob.put'", values: [] });
  const [{ id = '' } = {}] = await home.ledger.all({ sql: 'SELECT id FROM tenants', values: [] });
  expect(rows).toMatchObject([{ tenant: id, subject: `os private:${id}`, outcome: 'done' }]);
  expect(JSON.parse(String(rows[0]?.['detail']))).toEqual(blob);
});

test('an address takes nothing any more once who asked for it may not write there', async () => {
  const gateway = makeTestGateway(home);
  const key = testKey(1);
  await gateway.ask('POST /teams', { key: home.operatorKey, body: { slug: 'acme' } });
  const { tenant } = await gateway.join(key, { teams: [{ slug: 'acme', write: true }] });
  const member = new TestClient(home, key);
  const [own, team] = [await ask(member), await ask(member, 'team:acme')];
  await gateway.ask(`PUT /teams/acme/members/${tenant}`, { key: home.operatorKey, body: { write: false } });
  expect((await put(team, large)).status).toBe(404);
  await gateway.ask(`POST /tenants/${tenant}/revoke`, { key: home.operatorKey, body: {} });
  expect((await put(own, large)).status).toBe(404);
  await home.idle();
  expect([...objects.keys()].filter((name) => name.includes('blobs'))).toEqual([]);
});

test('addresses are given for what a tenant may send in a day: a file that is asked for again counts once', async () => {
  home = await makeTestHome({ store: makeMemoryStore(objects), config: { limits: { tenantBytes: 700_000 } } });
  client = new TestClient(home, home.operatorKey);
  const askFor = async (...names: string[]): Promise<Response> => {
    const blobs = names.map((name) => ({ sha256: sha256Of(name), size: 300_000 }));
    return client.fetch('/_blobs', { method: 'POST', body: JSON.stringify({ repo: 'os', tier: 'private', blobs }) });
  };
  const statuses: number[] = [];
  for (const names of [['a'], ['a'], ['a', 'b', 'b'], ['a', 'b'], ['c']])
    statuses.push((await askFor(...names)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
  const refused = await askFor('a', 'd');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(12 * 3_600)]);
  // What was refused has counted for nothing.
  expect((await askFor('b')).status).toBe(200);
  const counted = { sql: "SELECT n FROM counters WHERE name LIKE 'bytes:%'", values: [] };
  expect(await home.ledger.all(counted)).toEqual([{ n: 600_000 }]);
  home.clock.now = new Date('2026-11-02T00:00:00.000Z');
  expect((await askFor('c', 'd')).status).toBe(200);
});

test('of many who ask at once no more get addresses than there are bytes for', async () => {
  home = await makeTestHome({ store: makeMemoryStore(objects), config: { limits: { tenantBytes: 700_000 } } });
  client = new TestClient(home, home.operatorKey);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => {
      const blobs = [{ sha256: sha256Of(`file ${n}`), size: 300_000 }];
      return client.fetch('/_blobs', { method: 'POST', body: JSON.stringify({ repo: 'os', tier: 'private', blobs }) });
    }),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
});

test('an address takes the one file it was made for, whole', async () => {
  const url = await ask();
  for (const wrong of [large.subarray(1), Buffer.concat([large, large]), randomBytes(large.length), Buffer.alloc(0)]) {
    expect((await put(url, wrong)).status).toBeGreaterThanOrEqual(400);
    expect(objects.size).toBe(0);
  }
  expect((await put(url, large)).status).toBe(201);
});

test('an address that is made up, changed or too old takes nothing', async () => {
  const url = (await ask()) ?? '';
  const [, words = '', mac = ''] = /up\/(.*)\.(.*)$/.exec(url) ?? [];
  const forged = btoa(atob(words).replace('private:', 'private:0')).replaceAll('=', '');
  for (const token of ['x', 'x.y', `${words}.`, `${forged}.${mac}`, `${words}.${mac.slice(1)}`]) {
    expect((await put(`http://gateway.test/_blobs/up/${token}`, large)).status).toBe(404);
  }
  home.clock.now = new Date(home.clock.now.getTime() + 3_601_000);
  expect((await put(url, large)).status).toBe(404);
  expect(objects.size).toBe(0);
});

test('a large file that nobody has put is missing', async () => {
  expect(await (await pushLarge()).json()).toMatchObject({ code: 'missing_content', paths: [{ path }] });
});

test('the store is asked for a bounded number of files', async () => {
  const asked: string[] = [];
  const counting: ObjectStore = {
    ...makeMemoryStore(objects),
    size: async (key) => {
      asked.push(key);
      return undefined;
    },
  };
  const other = new TestClient({ ...home, store: counting }, home.operatorKey);
  const pushed = async (count: number): Promise<unknown> => {
    const files = Array.from({ length: count }, (_, n) => ({
      path: `state/f${n}.bin`,
      sha256: sha256Of(`${n}`),
      size: 5,
      exec: false,
    }));
    const answer = await other.push({ base: 0, changed: { 'state/a.md': 'a' }, document: { files } });
    return answer.json();
  };
  expect(await pushed(1_200)).toMatchObject({ code: 'too_large' });
  expect(asked).toEqual([]);
  expect(await pushed(3)).toMatchObject({ code: 'missing_content' });
  expect(asked).toHaveLength(3);
});

test('what was put to an address of the store is checked when a push names it', async () => {
  const signing: ObjectStore = {
    ...makeMemoryStore(objects),
    presignPut: async (key) => ({ url: `https://store.test/${key}`, headers: { 'content-length': '1' } }),
  };
  const other = new TestClient({ ...home, store: signing }, home.operatorKey);
  const key = new URL((await ask(other)) ?? '').pathname.slice(1);
  const { tenant } = (await other.pull()).document;
  expect(key).toBe(incomingNow(home, { repo: 'os', tier: `private:${tenant}` }, blob.sha256));
  objects.set(key, randomBytes(large.length));
  expect(await (await pushLarge(other)).json()).toMatchObject({ status: 422, code: 'mismatch' });
  expect([...objects.keys()]).toEqual([key]);
  objects.set(key, large);
  expect((await pushLarge(other)).status).toBe(200);
  expect(objects.has(key)).toBe(false);
  expect(objects.get(blobKey('os', `private:${tenant}`, blob.sha256))?.length).toBe(large.length);
});

test('contents are read by those who may read their tier, and at revisions that were', async () => {
  const text = 'first\n';
  const first = { 'state/skills/a/SKILL.md': text };
  await client.push({ base: 0, changed: first });
  await client.push({ base: 1, before: first, changed: { 'state/skills/a/SKILL.md': 'second\n' } });
  const address = `/_blobs/os/private/${sha256Of(text)}`;
  expect(await (await client.fetch(`${address}?rev=1`)).text()).toBe(text);
  await client.push({ tier: 'subscriber', base: 0, changed: first });
  const key = testKey(1);
  await makeTestGateway(home).join(key);
  const stranger = new TestClient(home, key);
  const statuses = await Promise.all([
    client.fetch(address),
    client.fetch(`${address}?rev=3`),
    stranger.fetch(`${address}?rev=1`),
    stranger.fetch(`/_blobs/os/subscriber/${sha256Of(text)}`),
    stranger.fetch(`/_blobs/os/team%3Aacme/${sha256Of(text)}`),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});
