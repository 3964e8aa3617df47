import { expect, test } from 'vitest';
import { makeMemoryStore } from '../adapters/memory-store.ts';
import { makeFaultyStore } from '../adapters/test-faulty-store.ts';
import { makeTestHome } from '../test-home.ts';
import { readPublic } from './public-skills.ts';
import { TestClient } from './test-client.ts';

const skill = '---\nname: deploy\ndescription: Deploys things.\n---\n';

test('the list of skills is made once of a revision, however many ask for it at once', async () => {
  let fails = false;
  const store = makeFaultyStore(makeMemoryStore(), (_, operation, key) =>
    fails && operation === 'get' && key.includes('/packs/') ? 'before' : undefined,
  );
  const home = await makeTestHome({ store });
  const client = new TestClient(home, home.operatorKey);
  const before = { 'state/skills/a/SKILL.md': skill };
  await client.push({ tier: 'public', base: 0, changed: before });
  await home.idle();

  fails = true;
  await expect(readPublic(home, 'index.json')).rejects.toThrow(/./);
  fails = false;
  const from = store.calls.length;
  const lists = await Promise.all(Array.from({ length: 20 }, () => readPublic(home, 'index.json')));
  expect(new Set(lists.map((list) => list?.etag)).size).toBe(1);
  expect(store.calls.slice(from)).toHaveLength(1);

  await client.push({ tier: 'public', base: 1, before, changed: { 'state/skills/b/SKILL.md': skill } });
  await home.idle();
  expect((await readPublic(home, 'index.json'))?.etag).not.toBe(lists[0]?.etag);
});

// By a list that is copied for each file it takes half a minute.
test('a skill of many files is listed in a moment', { timeout: 10_000 }, async () => {
  const home = await makeTestHome();
  const names = Array.from({ length: 40_000 }, (_, n) => `state/skills/a/${n}`);
  const changed = { 'state/skills/a/SKILL.md': skill, ...Object.fromEntries(names.map((name) => [name, 'x'])) };
  const push = { tier: 'public', base: 0, changed } as const;
  expect(
    (
      await new TestClient({ ...home, platform: { ...home.platform, later: () => undefined } }, home.operatorKey).push(
        push,
      )
    ).status,
  ).toBe(200);
  const list = await new Response((await readPublic(home, 'index.json'))?.body).json();
  expect(list).toMatchObject({ skills: [{ name: 'a', files: { length: 40_001 } }] });
});
