import { expect, test } from 'vitest';
import { makeTestGateway, testKey } from '../access/test-client.ts';
import { makeTestHome } from '../test-home.ts';
import { importLegacyTeam } from './legacy-team.ts';
import { TestClient } from './test-client.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('the files of a client from before become the first revision of its team, once', async () => {
  const home = await makeTestHome();
  const old = 'snappy-os-clients/acme/';
  await home.store.put(`${old}state/skills/a/SKILL.md`, text('skill\n'));
  await home.store.put(`${old}state/skills/a/AGENTS.md`, text('loader\n'));
  await home.store.put(`${old}state/log/evals.ndjson`, text('never\n'));
  await home.store.put(`${old}state/config/dispatch.json`, text('never\n'));
  await home.store.put(`${old}.env`, text('never\n'));
  const gateway = makeTestGateway(home);
  await gateway.ask('POST /teams', { key: home.operatorKey, body: { slug: 'acme' } });
  await Promise.all([importLegacyTeam(home, 'acme'), importLegacyTeam(home, 'acme')]);
  await importLegacyTeam(home, 'nobody');
  expect(await home.ledger.all({ sql: 'SELECT tier FROM heads', values: [] })).toEqual([{ tier: 'team:acme' }]);

  const key = testKey(1);
  await gateway.join(key, { teams: [{ slug: 'acme', write: true }] });
  const member = new TestClient(home, key);
  const { contents, document } = await member.pull();
  const first = { 'state/skills/a/AGENTS.md': 'loader\n', 'state/skills/a/SKILL.md': 'skill\n' };
  expect(contents['team:acme']).toEqual(first);
  expect(document.tiers.find(({ tier }) => tier === 'team:acme')?.head.rev).toBe(1);
  const push = { tier: 'team:acme', base: 1, before: first, changed: { 'state/skills/b/SKILL.md': 'new\n' } } as const;
  expect((await member.push(push)).status).toBe(200);
  await home.idle();
});
