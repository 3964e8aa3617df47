import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { opencode } from './opencode.ts';
import { makeHomeOf, scenario } from './scenario.ts';
import { count, removeWorlds } from './world.ts';

scenario(opencode);

const { id, name, version } = opencode;
const onFerry = 'please book the night ferry for two';

describe(`${name} ${version}: plugins`, { meta: { runtime: { id, name, version } } }, () => {
  afterAll(removeWorlds);

  test('a plugin that throws at a prompt ends the turn; ours lets it through when the tree is gone', async () => {
    const { world, install } = await makeHomeOf(opencode);
    await world.snappy(install);
    fs.renameSync(world.tree, `${world.tree} (moved)`);
    const { status, requests } = await world.playOut(opencode, onFerry);
    expect(status).toBe(0);
    expect(requests.map(({ text }) => count(text, 'FERRY-RULE'))).toEqual([0]);
    const mine = 'export const Mine = async () => ({ "chat.message": async () => { throw new Error("no"); } });\n';
    fs.writeFileSync(path.join(world.home, '.config/opencode/plugins/mine.js'), mine);
    const ended = await world.playOut(opencode, onFerry);
    expect(ended.status).toBe(1);
    expect(ended.requests).toEqual([]);
  });
});
