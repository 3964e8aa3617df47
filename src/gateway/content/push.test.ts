import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { encodeRecord, endRecord, magic, pushLimits, readRecords } from '../../sync/wire/frames.ts';
import { limits } from '../../sync/wire/limits.ts';
import type { PushedFile } from '../../sync/wire/messages.ts';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { makePush, newPushId, sha256Of, TestClient } from './test-client.ts';
import type { Files, TestPush } from './test-client.ts';

const one: Files = { 'state/skills/a/SKILL.md': 'first\n', 'state/skills/a/AGENTS.md': 'loader\n' };
const objects = new Map<string, Uint8Array>();
let home: TestHome;
let client: TestClient;

beforeEach(async () => {
  objects.clear();
  home = await makeTestHome({ store: makeMemoryStore(objects) });
  client = new TestClient(home, home.operatorKey);
  return () => home.idle();
});

/** A push that must be refused, and leave nothing behind. */
async function refused(push: TestPush): Promise<Record<string, unknown>> {
  return refusedBody(makePush(push));
}

async function refusedBody({
  body,
  query,
}: {
  body: Uint8Array<ArrayBuffer>;
  query: string;
}): Promise<Record<string, unknown>> {
  const before = new Map(objects);
  const answer = await client.send(`/_push?${query}`, body);
  expect(new Map(objects)).toEqual(before);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return (await answer.json()) as Record<string, unknown>;
}

/** A body that fails the test if anybody reads it. */
function unreadable(): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull() {
        throw new Error('the body was read');
      },
    },
    { highWaterMark: 0 },
  );
}

test('what is pushed is pulled as it was', async () => {
  const answer = await client.push({ base: 0, changed: one });
  expect(await answer.json()).toMatchObject({ repeated: false, head: { rev: 1, files: 2, bytes: 13 } });
  const { document, contents } = await client.pull();
  expect(contents['private']).toEqual(one);
  expect(document.tiers.map(({ tier, head, full, writable }) => [tier, head.rev, full, writable])).toEqual([
    ['private', 1, true, true],
    ['subscriber', 0, true, true],
    ['public', 0, true, true],
  ]);
});

test('a push on an older revision is told the newest before its body is read', async () => {
  await client.push({ base: 0, changed: one });
  const answer = await client.send(`/_push?repo=os&tier=private&base=0`, unreadable());
  expect(await answer.json()).toMatchObject({ status: 409, code: 'stale_base', rev: 1 });
});

test('a push on a revision that never was is told so', async () => {
  expect(await refused({ base: 3, changed: one })).toMatchObject({ status: 409, code: 'since_ahead', rev: 0 });
});

test('the same push sent again is answered as it was, whatever came after', async () => {
  const first = { base: 0, changed: one, pushId: newPushId() };
  await client.push(first);
  await client.push({ base: 1, before: one, gone: ['state/skills/a/SKILL.md'] });
  const again = await client.push(first);
  expect(await again.json()).toMatchObject({ repeated: true, head: { rev: 1, files: 2 } });
  expect((await client.pull()).document.tiers[0]?.head).toMatchObject({ rev: 2, files: 1 });
});

test('a tier that one may not write is as one that does not exist', async () => {
  const gateway = makeTestGateway(home);
  await gateway.ask('POST /teams', { key: home.operatorKey, body: { slug: 'acme' } });
  const key = testKey(1);
  await gateway.join(key, { teams: [{ slug: 'acme', write: false }] });
  const member = new TestClient(home, key);
  const answers = await Promise.all(
    ['public', 'subscriber', 'team:acme', 'team:nobody'].map(async (tier) => {
      const answer = await member.send(`/_push?repo=os&tier=${tier}&base=0`, unreadable());
      return [answer.status, await answer.text()];
    }),
  );
  expect(new Set(answers.map(String)).size).toBe(1);
  expect(answers[0]?.[0]).toBe(404);
  const kernel = await member.send('/_push?repo=kernel&tier=private&base=0', unreadable());
  expect([kernel.status, await kernel.text()]).toEqual(answers[0]);
});

test('a body that says it is too large is refused before it is read', async () => {
  const headers = { 'content-length': String(10 * 1024 ** 3) };
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: unreadable(), duplex: 'half' };
  const answer = await client.fetch('/_push?repo=os&tier=private&base=0', init);
  expect(await answer.json()).toMatchObject({ status: 413, code: 'too_large', limit: limits.body });
});

test('a body without end is refused once it has the most that is taken', async () => {
  const frame = Buffer.concat(encodeRecord('frame', 'none', new Uint8Array(1024 * 1024), 1024 * 1024));
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(sent === 0 ? Buffer.concat([magic, frame]) : frame);
      sent += frame.length;
    },
  });
  const answer = await client.send('/_push?repo=os&tier=private&base=0', body);
  expect(answer.status).toBe(413);
  expect(sent).toBeLessThan(limits.body + 8 * frame.length);
  expect(objects.size).toBe(0);
});

test('a frame that becomes more than it says, or than any may be, is refused', async () => {
  const { query } = makePush({ base: 0, changed: one });
  const zeros = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
  const document = encodeRecord('document', 'none', Buffer.from('{}'), 2);
  const bomb = (rawSize: number): { body: Uint8Array<ArrayBuffer>; query: string } => ({
    body: new Uint8Array(
      Buffer.concat([magic, ...encodeRecord('frame', 'zstd', zeros, rawSize), ...document, endRecord()]),
    ),
    query,
  });
  expect(await refusedBody(bomb(limits.frameAtMost))).toMatchObject({ code: 'mismatch' });
  expect(await refusedBody(bomb(64 * 1024 * 1024))).toMatchObject({ code: 'too_large' });
});

test('a body that is cut off anywhere changes nothing', async () => {
  const { body, query } = makePush({ base: 0, changed: one });
  for (let end = 0; end < body.length; end += 7) {
    expect(await refusedBody({ body: body.slice(0, end), query })).toMatchObject({ status: 400 });
  }
  expect((await client.pull()).document.tiers[0]?.head.rev).toBe(0);
});

test('content that is not what was said of it is refused', async () => {
  const [path = '', content = ''] = Object.entries(one)[0] ?? [];
  const file = { path, sha256: sha256Of(content), size: content.length, exec: false, frame: 0, at: 0 };
  const withFile = (change: object): TestPush => ({
    base: 0,
    changed: { [path]: content },
    document: { files: [{ ...file, ...change }] },
  });
  expect(await refused(withFile({ sha256: sha256Of('other') }))).toMatchObject({ code: 'mismatch' });
  expect(await refused(withFile({ size: 3 }))).toMatchObject({ code: 'mismatch' });
  expect(await refused(withFile({ at: 1 }))).toMatchObject({ code: 'mismatch' });
  expect(await refused(withFile({ frame: 7 }))).toMatchObject({ code: 'mismatch' });
  expect(await refused(withFile({ exec: true }))).toMatchObject({ code: 'mismatch' });
  expect(await refused({ base: 0, changed: one, document: { digest: sha256Of('other') } })).toMatchObject({
    code: 'mismatch',
  });
});

test('a lie about a content is refused though the digest agrees with it', async () => {
  const lie = { path: 'state/a.md', sha256: sha256Of('other'), size: 5, exec: false, frame: 0, at: 0 };
  const digest = sha256Of(`${lie.sha256} 5 - ${lie.path}\n`);
  const push = { base: 0, changed: { [lie.path]: 'truth' }, document: { files: [lie], digest } };
  expect(await refused(push)).toMatchObject({ code: 'mismatch' });
});

test('files of one content may share a place in a frame, and others may not overlap', async () => {
  const place = (path: string, at: number, content: string): PushedFile => {
    return { path, sha256: sha256Of(content), size: content.length, exec: false, frame: 0, at };
  };
  const digestOf = (files: readonly PushedFile[]): string =>
    sha256Of(files.map(({ path, sha256, size }) => `${sha256} ${size} - ${path}\n`).join(''));
  const overlapping = [place('state/a.md', 0, 'abcd'), place('state/b.md', 1, 'bcd'), place('state/c.md', 2, 'cd')];
  const push = { base: 0, changed: { 'state/a.md': 'abcd' } };
  const lie = { ...push, document: { files: overlapping, digest: digestOf(overlapping) } };
  expect(await refused(lie)).toMatchObject({ code: 'mismatch' });
  const shared = [place('state/a.md', 0, 'abcd'), place('state/b.md', 0, 'abcd')];
  const answer = await client.push({ ...push, document: { files: shared, digest: digestOf(shared) } });
  expect(answer.status).toBe(200);
  expect((await client.pull()).contents['private']).toEqual({ 'state/a.md': 'abcd', 'state/b.md': 'abcd' });
});

test('a document that says something else than the address is refused', async () => {
  for (const document of [{ repo: 'kernel' }, { tier: 'public' }, { base: 2 }, { push_id: newPushId() }] as const) {
    expect(await refused({ base: 0, changed: one, document })).toMatchObject({ status: 400 });
  }
});

test.each([
  ['state/log/evals.ndjson', 'never travels'],
  ['state/log/unknown.ndjson', 'a log that no rule names'],
  ['state/.env.local', 'secrets'],
  ['state/skills/a/id_rsa', 'a key'],
  ['state/../program.md', 'leaves the tree'],
  ['/etc/passwd', 'is absolute'],
  ['state/skills/CON/SKILL.md', 'is a device'],
  ['bin/snappy.js', 'is in no scope'],
])('%s is refused: %s', async (path) => {
  const problem = await refused({ base: 0, changed: { ...one, [path]: 'x' } });
  expect(problem).toMatchObject({ status: 422, code: 'refused_path', refused: 1, paths: [{ path }] });
});

test('a log that no rule names is refused with the line to add', async () => {
  const problem = await refused({ base: 0, changed: { 'state/log/mine.log': 'x' } });
  expect(problem).toMatchObject({ paths: [{ line: '"state/log/mine.log"' }] });
});

test('two names that are one on some machine are refused, also when one of them was there', async () => {
  await client.push({ base: 0, changed: one });
  const problem = await refused({ base: 1, before: one, changed: { 'state/skills/a/skill.md': 'x' } });
  expect(problem).toMatchObject({ code: 'refused_path' });
});

test('content that the tier has is not sent again, and that of another tenant is not to be had', async () => {
  await client.push({ base: 0, changed: one });
  const copy = { path: 'state/skills/b/SKILL.md', sha256: sha256Of('first\n'), size: 6, exec: false };
  const after = { ...one, [copy.path]: 'first\n' };
  const push = { base: 1, before: one, changed: { [copy.path]: 'first\n' }, document: { files: [copy] } };
  expect((await client.push({ ...push, filesOfFrame: 1 })).status).toBe(200);
  expect((await client.pull()).contents['private']).toEqual(after);

  const key = testKey(2);
  await makeTestGateway(home).join(key);
  const foreign = await new TestClient(home, key).push({ ...push, base: 0, before: {} });
  expect(await foreign.json()).toMatchObject({ code: 'missing_content', paths: [{ path: copy.path }] });
});

test('frames that were sent before as parts are part of the push', async () => {
  const texts = Array.from({ length: 4 }, (_, n) => `part ${n}\n`.repeat(100));
  const parts: string[] = [];
  for (const text of texts.slice(0, 3)) {
    const body = Buffer.concat([magic, ...encodeRecord('frame', 'none', Buffer.from(text), text.length), endRecord()]);
    const answer = await client.send('/_push/part?repo=os&tier=private', new Uint8Array(body));
    parts.push(((await answer.json()) as { part: string }).part);
    expect(parts.at(-1)).toBe(sha256Of(body));
  }
  const told = await home.ledger.all({
    sql: "SELECT detail FROM audit WHERE action = 'push.part' ORDER BY id",
    values: [],
  });
  expect(told.map(({ detail }) => JSON.parse(String(detail)) as unknown)).toEqual(
    parts.map((part) => ({ part, bytes: 715 + 10 })),
  );
  const changed = Object.fromEntries(texts.map((text, n) => [`state/skills/p${n}/SKILL.md`, text]));
  const files = Object.entries(changed).map(([path, text], frame) => ({
    path,
    sha256: sha256Of(text),
    size: text.length,
    exec: false,
    frame,
    at: 0,
  }));
  const last = { [`state/skills/p3/SKILL.md`]: texts[3] ?? '' };
  const digestOf = makePush({ base: 0, changed });
  const document = JSON.parse((await documentOf(digestOf.body)).toString()) as { digest: string };
  const push = { base: 0, changed: last, document: { files, parts, digest: document.digest } };
  expect((await client.push(push)).status).toBe(200);
  expect((await client.pull()).contents['private']).toEqual(changed);
  expect(await refused({ ...push, base: 1, document: { ...push.document, parts: [sha256Of('none')] } })).toMatchObject({
    code: 'missing_content',
  });
});

async function documentOf(body: Uint8Array): Promise<Buffer> {
  for await (const { header, payload } of readRecords(new Blob([new Uint8Array(body)]).stream(), pushLimits)) {
    if (header.kind === 'document') return gunzipSync(payload);
  }
  throw new Error('there is no document');
}

test('every push is in the audit log and in the counters, refused ones too', async () => {
  await client.push({ base: 0, changed: one });
  await client.push({ base: 7, changed: one });
  await home.idle();
  const rows = await home.ledger.all({
    sql: 'SELECT action, subject, outcome, detail FROM audit ORDER BY id',
    values: [],
  });
  const pushes = rows.filter(({ action }) => String(action).includes('push'));
  expect(pushes.map(({ outcome }) => outcome)).toEqual(['done', 'refused']);
  expect(JSON.parse(String(pushes[0]?.['detail']))).toMatchObject({ rev: 1, changes: 2, files: 2, bytes: 13 });
  const counted = await home.ledger.all({ sql: `SELECT n FROM counters WHERE name LIKE 'files:%'`, values: [] });
  expect(counted).toEqual([{ n: 2 }]);
});
