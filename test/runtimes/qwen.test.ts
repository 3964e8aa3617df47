import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { qwen } from './qwen.ts';
import { makeHomeOf, scenario } from './scenario.ts';
import { count, removeWorlds } from './world.ts';

scenario(qwen);

const { id, name, version } = qwen;

describe(`${name} ${version}: hooks`, { meta: { runtime: { id, name, version } } }, () => {
  afterAll(removeWorlds);

  test('the prompts without a word that it fires after each tool are given nothing', async () => {
    const { world, install } = await makeHomeOf(qwen);
    await world.snappy(install);
    const [look] = qwen.calls({ kind: 'shell', command: 'echo looked' });
    const requests = await world.play(qwen, 'please book the night ferry for two', {
      cues: [{ on: 'night ferry', replies: [{ tools: [look] }, { tools: [look] }] }],
    });
    const [first, second, third] = requests.map(({ text }) => count(text, 'Loader of the skill'));
    expect([first, second, third]).toEqual([1, 1, 1]);
    // The user's own hook answers without looking at the prompt, so it is heard each time.
    expect(requests.slice(0, 3).map(({ text }) => count(text, 'MY-OWN-HOOK'))).toEqual([1, 2, 3]);
  });

  test('settings that it has written anew in its own layout lose ours, and nothing else, by uninstall', async () => {
    const { world, install, uninstall } = await makeHomeOf(qwen);
    const file = path.join(world.home, '.qwen/settings.json');
    const own = JSON.parse(fs.readFileSync(file, 'utf8').replaceAll(/\/\/.*|\/\*.*\*\//g, ''));
    delete own['$version'];
    fs.writeFileSync(file, JSON.stringify(own));
    await world.snappy(install);
    const wired = fs.readFileSync(file, 'utf8');
    await world.play(qwen, 'hello');
    expect(fs.readFileSync(file, 'utf8')).not.toBe(wired);
    await world.snappy(uninstall);
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({ ...own, $version: 4 });
  });
});
