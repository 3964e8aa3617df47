import { beforeEach, expect, test } from 'vitest';
import { encodeRecord, endRecord, magic } from '../../sync/wire/frames.ts';
import { limits } from '../../sync/wire/limits.ts';
import { byKey } from '../adapters/keys.ts';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeTestHome } from '../test-home.ts';
import type { TestHome } from '../test-home.ts';
import { makePush, newPushId, sha256Of, TestClient } from './test-client.ts';
import type { Files, TestPush } from './test-client.ts';

const one: Files = { 'state/skills/a/SKILL.md': 'first\n' };
const objects = new Map<string, Uint8Array>();
let home: TestHome;
let client: TestClient;

beforeEach(async () => {
  objects.clear();
  home = await makeTestHome({ store: makeMemoryStore(objects) });
  client = new TestClient(home, home.operatorKey);
  return () => home.idle();
});

/** What a push is answered that must be refused, and leave nothing behind. */
async function refused(push: TestPush, withoutId = false): Promise<unknown> {
  // A large file that waited may have been checked, and kept elsewhere.
  const contents = (): unknown => [...objects.keys()].map((key) => key.replace(/.*\//, '')).toSorted(byKey);
  const before = contents();
  const { body, query } = makePush(push);
  const answer = await client.send(`/_push?${withoutId ? query.replace(/&push_id=.*/, '') : query}`, body);
  expect(contents()).toEqual(before);
  return answer.json();
}

test('who removes what the tier has not is refused', async () => {
  await client.push({ base: 0, changed: one });
  const digest = sha256Of(`${sha256Of('first\n')} 6 - state/skills/a/SKILL.md\n`);
  const lie = (gone: string[]): TestPush => ({ base: 1, before: one, document: { gone, digest } });
  expect(await refused(lie(['state/skills/b/SKILL.md']))).toMatchObject({ code: 'mismatch' });
  expect(await refused(lie(Array.from({ length: 90_000 }, (_, n) => `state/${n}`)))).toMatchObject({
    code: 'mismatch',
  });
});

test.each(['subscriber', 'public'] as const)(
  'settings of a tree are refused in %s, whatever the rules say',
  async (tier) => {
    const settings = 'state/config/sync-rules.json';
    for (const path of [settings, 'state/CONFIG/links.json'])
      expect(await refused({ tier, base: 0, changed: { [path]: '{}\n' } })).toMatchObject({
        code: 'refused_path',
        paths: [{ path, why: 'is a setting, which is of a tenant alone' }],
      });
    expect((await client.push({ base: 0, changed: { [settings]: '{}\n' } })).status).toBe(200);
  },
);

test('a document that becomes more than that of the largest tree is not uncompressed', async () => {
  const size = limits.pushDocument + 1;
  const document = encodeRecord(
    'document',
    'gzip',
    home.platform.compress(new Uint8Array(size), 'contents').bytes,
    size,
  );
  const { query } = makePush({ base: 0, changed: one });
  const answer = await client.send(`/_push?${query}`, new Uint8Array(Buffer.concat([magic, ...document, endRecord()])));
  expect(await answer.json()).toMatchObject({ code: 'too_large' });
});

test('a size that its content has not is refused, wherever the content is', async () => {
  const content = 'x'.repeat(5_000_000);
  const large = { sha256: sha256Of(content), size: content.length, exec: false };
  const body = JSON.stringify({ repo: 'os', tier: 'private', blobs: [{ sha256: large.sha256, size: large.size }] });
  const asked = await client.fetch('/_blobs', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  const { blobs } = (await asked.json()) as { blobs: [{ put: { url: string } }] };
  expect((await client.fetch(new URL(blobs[0].put.url).pathname, { method: 'PUT', body: content })).status).toBe(201);

  const files = [
    { ...large, path: 'state/a.md', size: 7 },
    { ...large, path: 'state/b.md' },
  ];
  const digestOf = (rows: typeof files): string =>
    sha256Of(rows.map(({ sha256, size, path }) => `${sha256} ${size} - ${path}\n`).join(''));
  const pushOf = (rows: typeof files): TestPush => ({ base: 0, document: { files: rows, digest: digestOf(rows) } });
  expect(await refused(pushOf(files))).toMatchObject({ code: 'mismatch' });
  expect(await refused(pushOf(files.toReversed()))).toMatchObject({ status: 422 });
  expect((await client.push(pushOf(files.map((file) => ({ ...file, size: large.size }))))).status).toBe(200);

  const third = { ...large, path: 'state/c.md', size: 7 };
  const all = [...files.map((file) => ({ ...file, size: large.size })), third];
  const push = { base: 1, document: { files: [third], digest: digestOf(all) } };
  expect(await refused(push)).toMatchObject({ code: 'mismatch' });
});

test('a push_id is of one push: another with it is refused, and the same is known, wherever it is said', async () => {
  const pushId = newPushId();
  expect((await client.push({ base: 0, changed: one, pushId })).status).toBe(200);
  const two = { 'state/skills/b/SKILL.md': 'second\n' };
  const other: TestPush = { base: 1, before: one, changed: two, pushId };
  expect(await refused(other)).toMatchObject({ status: 409, code: 'taken' });
  expect(await refused(other, true)).toMatchObject({ status: 409, code: 'taken' });
  expect(await refused({ base: 0, changed: one, pushId })).toMatchObject({ repeated: true, head: { rev: 1 } });
  // A push is the same whatever revision it comes to be on: nothing is left of it to be done.
  const again: TestPush = { base: 1, before: one, changed: one, pushId };
  expect(await refused(again, true)).toMatchObject({ repeated: true, head: { rev: 1 } });
  expect((await client.pull()).contents['private']).toEqual(one);
});

test('of two pushes with one push_id at once that are not the same one is refused', async () => {
  const pushId = newPushId();
  const answers = await Promise.all(
    ['a', 'b'].map((text) => client.push({ base: 0, changed: { 'state/a.md': text }, pushId })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
});

test('a push names no more files that were sent by themselves than its home can look at', async () => {
  const few = { ...home, config: { ...home.config, largeFilesAtOnce: 2 } };
  const files = ['a', 'b', 'c'].map((name) => ({
    path: `state/${name}`,
    sha256: sha256Of(name),
    size: 1,
    exec: false,
  }));
  const push = async (count: number): Promise<unknown> =>
    (await new TestClient(few, few.operatorKey).push({ base: 0, document: { files: files.slice(0, count) } })).json();
  expect(await push(3)).toMatchObject({ code: 'too_large' });
  expect(await push(2)).toMatchObject({ code: 'missing_content' });
});
