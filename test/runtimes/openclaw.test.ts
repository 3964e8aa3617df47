import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openclaw } from './openclaw.ts';
import { makeHomeOf, scenario } from './scenario.ts';
import { count, removeWorlds, type World } from './world.ts';

scenario(openclaw);

const { id, name, version } = openclaw;
const onFerry = 'please book the night ferry for two';

/** Changes the settings of a wired home. */
function rewrite(world: World, change: (text: string) => string): void {
  const file = path.join(world.home, '.openclaw/openclaw.json');
  const text = fs.readFileSync(file, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  fs.writeFileSync(file, changed);
}

describe(`${name} ${version}: the plugin`, { meta: { runtime: { id, name, version } } }, () => {
  afterAll(removeWorlds);

  test('without leave to see the conversation it is absent, and nothing says so', async () => {
    const { world, install } = await makeHomeOf(openclaw);
    await world.snappy(install);
    rewrite(world, (text) => text.replace(/("?allowConversationAccess"?:\s*)true/, '$1false'));
    const [request] = await world.play(openclaw, onFerry);
    expect(count(request?.text ?? '', 'FERRY-RULE')).toBe(0);
  });

  test('the tree may be gone; a key that it does not know makes openclaw refuse to run', async () => {
    const { world, install } = await makeHomeOf(openclaw);
    await world.snappy(install);
    fs.renameSync(world.tree, `${world.tree} (moved)`);
    const { status, requests } = await world.playOut(openclaw, onFerry);
    expect(status).toBe(0);
    expect(requests.map(({ text }) => count(text, 'FERRY-RULE'))).toEqual([0]);
    rewrite(world, (text) => text.replace('{', '{\n  snappy: true,'));
    const refused = await world.playOut(openclaw, 'hello');
    expect(refused.status).toBe(1);
    expect(refused.requests).toEqual([]);
    expect(`${refused.stdout}${refused.stderr}`).toContain('Unrecognized key: "snappy"');
  });
});
