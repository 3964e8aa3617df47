import { expect, test } from 'vitest';
import { makeTestHome } from '../test-home.ts';
import { TestClient } from './test-client.ts';
import type { Files } from './test-client.ts';

const one: Files = { 'state/skills/a/SKILL.md': 'first\n', 'state/skills/a/AGENTS.md': 'loader\n' };

test('what is pushed is pulled as it was', async () => {
  const home = await makeTestHome();
  const client = new TestClient(home, home.operatorKey);
  const answer = await client.push({ base: 0, changed: one });
  expect(answer.status, await answer.clone().text()).toBe(200);
  expect(await answer.json()).toMatchObject({ repeated: false, head: { rev: 1, files: 2, bytes: 13 } });
  const { document, contents } = await client.pull();
  expect(contents['private']).toEqual(one);
  expect(document.tiers.map(({ tier, head, full, writable }) => [tier, head.rev, full, writable])).toEqual([
    ['private', 1, true, true],
    ['subscriber', 0, true, true],
    ['public', 0, true, true],
  ]);
  await home.idle();
});
