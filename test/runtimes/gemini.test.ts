import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { gemini } from './gemini.ts';
import { makeHomeOf, scenario } from './scenario.ts';
import { count, makeWorld, removeWorlds, settle, type World } from './world.ts';

scenario(gemini);

const { id, name, version } = gemini;
const onFerry = 'please book the night ferry for two';
const settingsFile = (world: World): string => path.join(world.home, '.gemini/settings.json');

/** A world with one hook of the user's own on the prompt. */
async function withHook(hook: { command: string; timeout?: number }): Promise<World> {
  const world = await makeWorld();
  await settle(gemini, world);
  const security = { auth: { selectedType: 'gemini-api-key' } };
  const hooks = { BeforeAgent: [{ hooks: [{ type: 'command', name: 'mine', ...hook }] }] };
  fs.writeFileSync(settingsFile(world), JSON.stringify({ security, hooks }));
  return world;
}

describe(`${name} ${version}: hooks`, { meta: { runtime: { id, name, version } } }, () => {
  afterAll(removeWorlds);

  test('a hook whose command is missing blocks every prompt', async () => {
    const world = await withHook({ command: '/nowhere/hook prompt' });
    const { requests, stderr } = await world.playOut(gemini, 'hello');
    expect(requests).toEqual([]);
    expect(stderr).toContain('Agent execution blocked');
  });

  test('ours lets prompts through when the tree is gone', async () => {
    const { world, install } = await makeHomeOf(gemini);
    await world.snappy(install);
    fs.renameSync(world.tree, `${world.tree} (moved)`);
    const { status, requests, stderr } = await world.playOut(gemini, onFerry);
    expect(status).toBe(0);
    expect(count(requests[0]?.last ?? '', 'MY-OWN-HOOK')).toBe(1);
    expect(stderr).not.toMatch(/Hook\(s\).*failed|blocked/);
  });

  test('a time limit of 10 is 10 milliseconds; ours are of seconds', async () => {
    const command = `sleep 0.5; echo '{"hookSpecificOutput":{"additionalContext":"TOO-LATE"}}'`;
    const world = await withHook({ command, timeout: 10 });
    const { requests, stderr } = await world.playOut(gemini, 'hello');
    expect(stderr).toContain('timed out after 10ms');
    expect(count(requests[0]?.text ?? '', 'TOO-LATE')).toBe(0);
    await world.snappy(['install', '--tree', world.tree, '--runtime', 'gemini', '--apply']);
    const wired = fs.readFileSync(settingsFile(world), 'utf8');
    const limits = [...wired.matchAll(/"timeout":\s*(\d+)/g)].map(([, limit]) => Number(limit));
    expect(limits.filter((limit) => limit !== 10).length).toBeGreaterThan(0);
    for (const limit of limits.filter((one) => one !== 10)) expect(limit).toBeGreaterThanOrEqual(5_000);
  });

  test('what another hook has put before the prompt is not taken for the words of the user', async () => {
    const { world, install } = await makeHomeOf(gemini);
    const speaking = `echo '{"hookSpecificOutput":{"additionalContext":"the night ferry is late"}}'`;
    const own = { hooks: [{ type: 'command', name: 'news', command: speaking }] };
    const file = settingsFile(world);
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('"hooks": {', `"hooks": {\n    "SessionStart": [${JSON.stringify(own)}],`));
    await world.snappy(install);
    const [request] = await world.play(gemini, 'what is the capital of Peru?');
    expect(count(request?.text ?? '', 'the night ferry is late')).toBe(1);
    expect(count(request?.text ?? '', 'Loader of the skill')).toBe(0);
  });

  test('after /compress the session is given the loader again', async () => {
    const { world, install } = await makeHomeOf(gemini);
    await world.snappy(install);
    const session = randomUUID();
    const loadersIn = async (prompt: string): Promise<number> => {
      const requests = await world.play(gemini, prompt, { session, resume: prompt !== onFerry });
      return count(requests[0]?.last ?? '', 'Loader of the skill `ferry`');
    };
    expect(await loadersIn(onFerry)).toBe(1);
    expect(await loadersIn('and the night ferry back?')).toBe(0);
    await world.play(gemini, '/compress', { session, resume: true });
    expect(await loadersIn('one more night ferry, please')).toBe(1);
  });

  test("the user's own commands work as before", async () => {
    const { world, install } = await makeHomeOf(gemini);
    const commands = path.join(world.home, '.gemini/commands');
    fs.mkdirSync(commands);
    fs.writeFileSync(path.join(commands, 'tidy.toml'), 'prompt = "TIDY-UP my desk"\n');
    await world.snappy(install);
    const [request] = await world.play(gemini, '/tidy');
    expect(count(request?.last ?? '', 'TIDY-UP')).toBe(1);
  });

  test('a package named in the instructions is not looked for as a file', async () => {
    const { world, install } = await makeHomeOf(gemini);
    fs.appendFileSync(path.join(world.home, '.claude/CLAUDE.md'), '- Use @scope/package for dates.\n');
    await world.snappy(install);
    const { requests, stderr } = await world.playOut(gemini, 'hello');
    expect(count(requests[0]?.text ?? '', '@scope/package')).toBe(1);
    expect(`${stderr}${requests[0]?.text ?? ''}`).not.toMatch(/Import failed|ImportProcessor/);
  });
});
