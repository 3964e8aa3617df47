import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pis } from './pi.ts';
import { makeHomeOf, scenario } from './scenario.ts';
import { count, removeWorlds, type World } from './world.ts';

for (const pi of pis) scenario(pi);

const onFerry = 'please book the night ferry for two';

/** Wires Pi and gives what a turn on the ferry comes to after `harm` was done. */
async function playAfter(pi: (typeof pis)[number], harm: (world: World) => void): Promise<[number | null, number[]]> {
  const { world, install } = await makeHomeOf(pi);
  await world.snappy(install);
  harm(world);
  const { status, requests } = await world.playOut(pi, onFerry);
  return [status, requests.map(({ text }) => count(text, 'FERRY-RULE'))];
}

describe.each(pis)('$name $version: the extension', (pi) => {
  const { id, name, version } = pi;
  afterAll(removeWorlds);

  describe(`${name} ${version}: extensions`, { meta: { runtime: { id, name, version } } }, () => {
    test('an extension that throws while it loads ends Pi', async () => {
      const plant = (world: World): void =>
        fs.writeFileSync(path.join(world.home, '.pi/agent/extensions/mine.js'), 'throw new Error("no");\n');
      expect(await playAfter(pi, plant)).toEqual([1, []]);
    });

    test.each<[string, (world: World) => void]>([
      ['the tree is gone', ({ tree }) => fs.renameSync(tree, `${tree} (moved)`)],
      ['the hook cannot be run', ({ tree }) => fs.chmodSync(path.join(tree, 'state/hooks/snappy-os-inject.sh'), 0o644)],
      [
        "the tree's part of it does not parse",
        ({ tree }) => fs.writeFileSync(path.join(tree, 'state/hooks/modules/connect.mjs'), 'export const ('),
      ],
    ])('ours lets prompts through when %s', async (_what, harm) => {
      expect(await playAfter(pi, harm)).toEqual([0, [0]]);
    });
  });
});
