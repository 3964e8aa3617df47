import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { listHooks } from './codex-trust.ts';
import { codex } from './codex.ts';
import { isObject, objectsOf } from './model-request.ts';
import { makeHomeOf, scenario } from './scenario.ts';
import { count, removeWorlds, type World } from './world.ts';

scenario(codex);

const { id, name, version } = codex;
const onFerry = 'please book the night ferry for two';
const hooksFile = (world: World): string => path.join(world.home, '.codex/hooks.json');

/** How often the user's own hook and ours are heard in one turn. */
async function heard(world: World): Promise<{ own: number; ours: number }> {
  const [request] = await world.play(codex, onFerry);
  return { own: count(request?.text ?? '', 'MY-OWN-HOOK'), ours: count(request?.text ?? '', 'Loader of the skill') };
}

/** What Codex says of each hook: its command -> its trust. */
async function trustOf(world: World): Promise<Map<string, string>> {
  const hooks = await listHooks(codex.command[0], world.project, { PATH: process.env['PATH'], HOME: world.home });
  return new Map(hooks.map(({ command, trustStatus }) => [command, trustStatus]));
}

/** Edits the groups of hooks for a prompt as a person would in the file. */
function editPromptGroups(world: World, edit: (groups: unknown[]) => unknown[]): void {
  const file = hooksFile(world);
  const settings: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (!isObject(settings) || !isObject(settings['hooks'])) throw new Error(`${file} has no hooks`);
  const UserPromptSubmit = edit(objectsOf(settings['hooks']['UserPromptSubmit']));
  fs.writeFileSync(file, JSON.stringify({ ...settings, hooks: { ...settings['hooks'], UserPromptSubmit } }));
}

describe(`${name} ${version}: trust`, { meta: { runtime: { id, name, version } } }, () => {
  afterAll(removeWorlds);

  test('without --trust-codex-hooks ours stay silent until the user trusts them, as install says', async () => {
    const { world, install } = await makeHomeOf(codex);
    const { stdout } = await world.snappy(install.filter((word) => word !== '--trust-codex-hooks'));
    expect(stdout).toContain('/hooks');
    expect(await heard(world)).toEqual({ own: 1, ours: 0 });
  });

  test('--trust-codex-hooks trusts ours and no other', async () => {
    const { world, install } = await makeHomeOf(codex);
    const foreign = { hooks: [{ type: 'command', command: 'echo NOT-YET-TRUSTED' }] };
    editPromptGroups(world, (groups) => [...groups, foreign]);
    await world.snappy(install);
    const trust = [...(await trustOf(world))];
    expect(trust.filter(([command]) => command.startsWith('echo'))).toEqual([
      ['echo MY-OWN-HOOK', 'trusted'],
      ['echo NOT-YET-TRUSTED', 'untrusted'],
    ]);
    const ours = trust.filter(([command]) => command.includes('snappy-os-inject.sh'));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.map(([, status]) => status)).toEqual(ours.map(() => 'trusted'));
    expect(await heard(world)).toEqual({ own: 1, ours: 1 });
  });

  test('a hook put before the others takes their trust away, which is why ours come last', async () => {
    const { world, install } = await makeHomeOf(codex);
    await world.snappy(install);
    editPromptGroups(world, (groups) => groups.toReversed());
    expect(await heard(world)).toEqual({ own: 0, ours: 0 });
  });

  test('a file of hooks that Codex rejects as a whole is refused, not edited', async () => {
    const { world, install } = await makeHomeOf(codex);
    const text = fs.readFileSync(hooksFile(world), 'utf8').replace('{', '{ "$schema": "mine",');
    fs.writeFileSync(hooksFile(world), text);
    expect(await heard(world)).toEqual({ own: 0, ours: 0 });
    const { stdout, stderr } = await world.snappy(install, 3);
    expect(stdout + stderr).toContain('$schema');
    expect(fs.readFileSync(hooksFile(world), 'utf8')).toBe(text);
  });
});
