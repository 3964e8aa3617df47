import { expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { makeWorlds } from './test-pull-world.ts';

const makeWorld = makeWorlds();
const skill = 'state/skills/ship/SKILL.md';
const elsewhere = '{"_v":1,"deny":[],"allow":[],"tiers":[{"paths":"**","tier":"team:acme"}]}\n';

test.each(['team:acme', 'subscriber', 'public'] as const)('no settings come from %s, and it is said', async (tier) => {
  const { gateway, pull, files } = await makeWorld();
  gateway.set('private', { 'state/config/links.json': 'own' });
  gateway.set(tier, {
    [layout.syncRules]: elsewhere,
    [layout.dispatch]: '{}',
    'state/Config/x.json': '{}',
    [skill]: 's',
  });
  const { items, notes } = await pull();
  expect(files()).toEqual({ 'state/config/links.json': 'own', [skill]: 's' });
  expect(items.map(({ path }) => path)).toEqual(['state/config/links.json', skill]);
  expect(notes).toContain(
    `${layout.syncRules} stays out: settings are taken from your own tenant alone, not from ${tier}`,
  );
});

test('settings that came from a team before stay as they are here, whatever becomes of them there', async () => {
  const { gateway, pull, files } = await makeWorld({ [layout.links]: 'first' });
  gateway.set('team:acme', { [layout.links]: 'first' });
  await pull();
  gateway.set('team:acme', { [layout.links]: 'second' });
  await pull();
  gateway.set('team:acme', {});
  await pull();
  expect(files()).toEqual({ [layout.links]: 'first' });
});
