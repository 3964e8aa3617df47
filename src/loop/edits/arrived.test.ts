import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { takeBaseline } from './accept.ts';
import { markArrived, readArrived } from './arrived.ts';
import { noticeEdits, planNotice } from './notice.ts';

const made: TestTree[] = [];
let tree: TestTree;
afterAll(() => made.forEach((one) => one.remove()));
const system = realSystem();
const by = { runtime: 'none', session: '', how: 'found' } as const;
const write = (skill: string, text: string): void => {
  const folder = path.join(tree.dir, layout.skills, skill);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'SKILL.md'), `---\nname: ${skill}\ndescription: x\n---\n`);
  fs.writeFileSync(path.join(folder, 'AGENTS.md'), text);
};
const notice = async (): Promise<string[]> =>
  (await noticeEdits(system, tree.dir, by, new Date())).map(({ skill }) => skill).toSorted();

beforeEach(() => {
  tree = makeTestTree({});
  made.push(tree);
  write('bakery', '# bakery\n');
  takeBaseline(system, tree.dir);
});

test('what has arrived is no edit, in a look and in one that changes nothing; what else was edited is', async () => {
  write('ferry', '# ferry\n');
  write('bakery', '# bakery\n- from elsewhere\n');
  write('orchard', '# orchard\n');
  markArrived(tree.dir, ['ferry', 'bakery']);
  expect((await planNotice(tree.dir, by, new Date())).rows.map(({ skill }) => skill)).toEqual(['orchard']);
  expect(await notice()).toEqual(['orchard']);
  expect(readArrived(tree.dir).size).toBe(0);
  write('ferry', '# ferry\n- of this machine\n');
  write('bakery', '# bakery\n- from elsewhere\n- of this machine\n');
  expect(await notice()).toEqual(['bakery', 'ferry']);
});

test('names that are none are passed over', async () => {
  markArrived(tree.dir, ['../../etc', 'bakery']);
  expect([...readArrived(tree.dir)]).toEqual(['bakery']);
  expect(await notice()).toEqual([]);
});
