import { beforeEach, expect, test } from 'vitest';
import { encodeRecord, endRecord, magic } from '../../sync/wire/frames.ts';
import { limits } from '../../sync/wire/limits.ts';
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
  const before = new Map(objects);
  const { body, query } = makePush(push);
  const answer = await client.send(`/_push?${withoutId ? query.replace(/&push_id=.*/, '') : query}`, body);
  expect(new Map(objects)).toEqual(before);
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

test('a document that becomes more than that of the largest tree is not uncompressed', async () => {
  const size = limits.pushDocument + 1;
  const document = encodeRecord('document', 'gzip', home.platform.compress(new Uint8Array(size)).bytes, size);
  const { query } = makePush({ base: 0, changed: one });
  const answer = await client.send(`/_push?${query}`, new Uint8Array(Buffer.concat([magic, ...document, endRecord()])));
  expect(await answer.json()).toMatchObject({ code: 'too_large' });
});
