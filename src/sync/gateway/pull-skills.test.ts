import { expect, test } from 'vitest';
import { sha256Of } from './test-pull-gateway.ts';
import { makeWorlds } from './test-pull-world.ts';

const makeWorld = makeWorlds();
const skill = 'state/skills/ship/SKILL.md';
const loader = 'state/skills/ship/AGENTS.md';

test('a skill of which one file was changed is not taken away in parts, and comes back whole', async () => {
  const { gateway, pull, files, write, remove } = await makeWorld();
  gateway.set('private', {
    [skill]: 'skill',
    [loader]: 'loader',
    'state/skills/b/SKILL.md': 'b',
    'state/skills/b/AGENTS.md': 'b',
  });
  await pull();
  write(loader, 'loader, edited');
  remove('state/skills/b/SKILL.md');
  remove('state/skills/b/AGENTS.md');
  gateway.set('private', { 'state/skills/b/SKILL.md': 'b', 'state/skills/b/AGENTS.md': 'b, newer' });
  await pull();
  expect(files()).toEqual({
    [skill]: 'skill',
    [loader]: 'loader, edited',
    'state/skills/b/SKILL.md': 'b',
    'state/skills/b/AGENTS.md': 'b, newer',
  });
});

test('of a skill that nobody has changed here goes what was removed there, whatever stays of it', async () => {
  const laid = { 'state/skills/laid/AGENTS.md': 'laid' };
  const team = { 'state/skills/b/AGENTS.md': 'of the team' };
  const { gateway, pull, files, write } = await makeWorld(laid);
  const hashes = { 'state/skills/laid/AGENTS.md': sha256Of('laid') };
  write('.seed-manifest.json', JSON.stringify({ _v: 1, version: '0.0.0', files: hashes }));
  const mine = { [skill]: 'skill', 'state/skills/b/SKILL.md': 'own', 'state/skills/laid/SKILL.md': 'edited' };
  gateway.set('team:acme', team);
  gateway.set('private', { ...mine, [loader]: 'loader' });
  await pull();
  gateway.set('private', { [loader]: 'loader' });
  expect((await pull()).items.map(({ change }) => change)).toEqual(['deleted', 'deleted', 'deleted']);
  expect(files()).toMatchObject({ [loader]: 'loader', ...team, ...laid });
});
