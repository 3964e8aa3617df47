import { beforeEach, expect, test } from 'vitest';
import type { PullDocument } from '../../sync/wire/messages.ts';
import { verifyAnswer } from '../../sync/gateway/trust.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeFaultyStore } from '../adapters/test-faulty-store.ts';
import type { FaultyStore } from '../adapters/test-faulty-store.ts';
import type { Ledger, ObjectStore } from '../ports.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { deriveKeys } from '../trust/derive.ts';
import { sha256Of, TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

const objects = new Map<string, Uint8Array>();
let store: FaultyStore;
let home: TestHome;
let client: TestClient;

beforeEach(async () => {
  objects.clear();
  store = makeFaultyStore(makeMemoryStore(objects), () => undefined);
  home = await makeTestHome({ store });
  client = new TestClient(home, home.operatorKey);
  return () => home.idle();
});

const skill = (n: number): string => `state/skills/s${n}/SKILL.md`;
function manyFiles(count: number): Files {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [skill(n), `skill ${n}\n`.repeat(20)]));
}

test('a pull brings what has changed since, and only the frames of that', async () => {
  const before = manyFiles(20);
  await client.push({ base: 0, changed: before, filesOfFrame: 5 });
  await client.push({ base: 1, before, changed: { [skill(3)]: 'new\n' }, gone: [skill(4)] });
  const { document, contents } = await client.pull('repo=os&since=private:1&scope=all&accept=zstd');
  const [tier] = document.tiers;
  expect(tier).toMatchObject({ tier: 'private', full: false, gone: [skill(4)] });
  expect(contents['private']).toEqual({ [skill(3)]: 'new\n' });
  expect(document.frames).toHaveLength(1);
});

test('the list of a pull is the same document as JSON, with no contents', async () => {
  await client.push({ base: 0, changed: manyFiles(2) });
  const answer = await client.fetch('/_pull?since=0&repo=os&contents=list');
  expect(answer.headers.get('content-type')).toBe('application/json');
  const document = (await answer.json()) as PullDocument;
  expect(document).toEqual((await client.pull('since=0&repo=os&contents=none')).document);
  expect(document.tiers[0]?.files.map(({ path }) => path)).toEqual([skill(0), skill(1)]);
});

test('a pull with nothing new asks the ledger once for all tiers and the store for nothing', async () => {
  await client.push({ base: 0, changed: manyFiles(3) });
  await home.idle();
  const other = { ...home, store: makeFaultyStore(store, () => undefined) };
  const asked: string[] = [];
  const ledger: Ledger = {
    all: (statement) => (asked.push(statement.sql), home.ledger.all(statement)),
    batch: (statements) => home.ledger.batch(statements),
  };
  const { document, bytes } = await new TestClient({ ...other, ledger }, home.operatorKey).pull(
    'repo=os&since=private:1,subscriber:0,public:0',
  );
  expect(document.tiers.map(({ files }) => files.length)).toEqual([0, 0, 0]);
  expect(asked.filter((sql) => sql.includes('FROM heads'))).toHaveLength(1);
  // Once a day a request looks for what waits no longer.
  expect(other.store.calls.filter((call) => call !== 'list snappy-incoming/')).toEqual([]);
  expect(bytes).toBeLessThan(2_000);
});

test('an answer that was made whole says how long it is, and none that may still fail does', async () => {
  await client.push({ base: 0, changed: manyFiles(3) });
  const lengthOf = async (since: string): Promise<readonly [string | null, number]> => {
    const answer = await client.fetch(`/_pull?repo=os&since=${since}`);
    return [answer.headers.get('content-length'), (await answer.arrayBuffer()).byteLength];
  };
  const [length, bytes] = await lengthOf('private:1');
  expect(length).toBe(String(bytes));
  expect(await lengthOf('0')).toEqual([null, expect.any(Number)]);
});

test('a tier that a client knows a newer revision of is told, and one number for all is no such claim', async () => {
  await client.push({ base: 0, changed: manyFiles(1) });
  const answer = await client.fetch('/_pull?repo=os&since=private:2');
  expect(await answer.json()).toMatchObject({ status: 409, code: 'since_ahead', tier: 'private', rev: 1 });
  const { document } = await client.pull('repo=os&since=1');
  expect(document.tiers.map(({ full }) => full)).toEqual([false, true, true]);
});

test('each head is signed with the key of the gateway, under the name of the tier that all know', async () => {
  await client.push({ base: 0, changed: manyFiles(1) });
  const { document } = await client.pull();
  const { publicKey } = await deriveKeys(home.config.secret);
  const trust = { url: '', tenant: document.tenant, public_key: publicKey };
  for (const { head, tier } of document.tiers)
    verifyAnswer(trust, head, { repo: 'os', tier }, home.clock.now.getTime());
  expect(document.tiers.map(({ head }) => head.tier)).toEqual([`private:${document.tenant}`, 'subscriber', 'public']);
});

test('a scope brings fewer contents and all entries; without contents there are no frames', async () => {
  const files = { 'program.md': 'program\n', 'sources/a.md': 'source\n', [skill(1)]: 'skill\n' };
  await client.push({ base: 0, changed: files, filesOfFrame: 1 });
  const { document, contents } = await client.pull('repo=os&since=0&scope=state');
  expect(contents['private']).toEqual({ [skill(1)]: 'skill\n' });
  expect(document.tiers[0]?.files.map(({ path }) => path)).toEqual(Object.keys(files).toSorted());
  const bare = await client.pull('repo=os&since=0&scope=all&contents=none');
  expect([bare.document.frames, bare.contents['private'], bare.document.tiers[0]?.files.length]).toEqual([[], {}, 3]);
});

test('a client without zstd is given gzip, whatever was pushed', async () => {
  const files = manyFiles(200);
  await client.push({ base: 0, changed: files, filesOfFrame: 50 });
  const pulled = await client.pull('repo=os&since=0&scope=all');
  expect(pulled.contents['private']).toEqual(files);
  const { readRecords, pullLimits } = await import('../../sync/wire/frames.ts');
  const response = await client.fetch('/_pull?repo=os&since=0&scope=all&accept=gzip');
  const codecs: string[] = [];
  for await (const { header } of readRecords(response.body ?? new ReadableStream(), pullLimits))
    codecs.push(header.codec);
  expect(new Set(codecs)).toEqual(new Set(['gzip']));
});

test('a store that gives addresses is left to serve what is large, and the rest is in the answer', async () => {
  const signing: ObjectStore = {
    ...store,
    presignGet: async (key, seconds, { at, length }) => `https://store.test/${key}?for=${seconds}#${at}+${length}`,
  };
  const other = new TestClient({ ...home, store: signing }, home.operatorKey);
  const large = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [skill(n), sha256Of(String(n)).repeat(3_000)]));
  await other.push({ base: 0, changed: large, filesOfFrame: 4, codec: 'none' });
  await other.push({ base: 1, before: large, changed: { [skill(20)]: 'small\n' } });
  const { document, contents } = await other.pull();
  expect(contents['private']).toEqual({ [skill(20)]: 'small\n' });
  expect(document.ranges).toHaveLength(1);
  const [range] = document.ranges;
  const { pathname, hash } = new URL(range?.url ?? '');
  const key = pathname.slice(1);
  expect(hash).toBe(`#${range?.at}+${range?.size}`);
  const raws = document.frames.map(({ at, size }) =>
    at === undefined ? undefined : Buffer.from(objects.get(key) ?? []).subarray(at, at + size),
  );
  for (const { path, frame, at = 0, size } of document.tiers[0]?.files ?? []) {
    const content = raws[frame ?? -1]?.subarray(at, at + size).toString();
    expect(content).toBe(path === skill(20) ? undefined : large[path]);
  }
  // A client that could not read the frames of the store is given all of them made anew.
  const files = manyFiles(2);
  await other.push({ base: 2, before: { ...large, [skill(20)]: 'small\n' }, changed: files });
  expect((await other.pull('repo=os&since=private:2&scope=all')).contents['private']).toEqual(files);
});

test('a pack that the store cuts off leaves the answer without its end', async () => {
  await client.push({ base: 0, changed: manyFiles(6_000), codec: 'none' });
  const cut = makeFaultyStore(makeMemoryStore(objects), (_, operation) =>
    operation === 'stream' ? 'truncated' : undefined,
  );
  const other = new TestClient({ ...home, store: cut }, home.operatorKey);
  await expect(other.pull()).rejects.toThrow(/ends too early/);
});

test('a manifest that is damaged in the store is a failure of the storage, and of nobody else', async () => {
  await client.push({ base: 0, changed: manyFiles(2) });
  for (const [key, bytes] of objects) if (key.includes('/manifests/')) objects.set(key, bytes.slice(0, -3));
  const other = new TestClient({ ...home, store: makeMemoryStore(objects) }, home.operatorKey);
  const answer = await other.fetch('/_pull?repo=os&since=0');
  expect(await answer.json()).toMatchObject({ status: 503, code: 'storage' });
});

test('tiers are told apart: nobody is shown what is not his', async () => {
  const gateway = makeTestGateway(home);
  await gateway.ask('POST /teams', { key: home.operatorKey, body: { slug: 'acme' } });
  const [writer, stranger] = [testKey(1), testKey(2)];
  await gateway.join(writer, { teams: [{ slug: 'acme', write: true }], subscriber: true });
  await gateway.join(stranger);
  const own = { [skill(1)]: 'private of the operator\n' };
  await client.push({ base: 0, changed: own });
  await client.push({ tier: 'public', base: 0, changed: { [skill(2)]: 'public\n' } });
  await client.push({ tier: 'subscriber', base: 0, changed: { [skill(3)]: 'subscriber\n' } });
  const member = new TestClient(home, writer);
  await member.push({ tier: 'team:acme', base: 0, changed: { [skill(4)]: 'team\n' } });

  expect((await member.pull()).contents).toEqual({
    private: {},
    'team:acme': { [skill(4)]: 'team\n' },
    subscriber: { [skill(3)]: 'subscriber\n' },
    public: { [skill(2)]: 'public\n' },
  });
  expect((await new TestClient(home, stranger).pull()).contents).toEqual({
    private: {},
    public: { [skill(2)]: 'public\n' },
  });
  expect((await new TestClient(home).fetch('/_pull?repo=os&since=0')).status).toBe(401);
});

test('a thousand pulls at once with nothing new are answered', async () => {
  await client.push({ base: 0, changed: manyFiles(3) });
  const quiet = new TestClient(
    { ...home, config: { ...home.config, limits: { tenantRequests: 1e6 } } },
    home.operatorKey,
  );
  const pulls = await Promise.all(Array.from({ length: 1_000 }, () => quiet.pull('repo=os&since=private:1')));
  expect(pulls.every(({ document }) => document.tiers[0]?.head.rev === 1)).toBe(true);
});
