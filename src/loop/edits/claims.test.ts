import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { takeBaseline } from './accept.ts';
import { endClaims, takeClaims } from './claims.ts';
import { noticeEdits } from './notice.ts';

const made: TestTree[] = [];
let tree: TestTree;
afterAll(() => made.forEach((one) => one.remove()));
beforeEach(() => {
  const skill = (name: string): Record<string, string> => ({
    [`state/skills/${name}/SKILL.md`]: `---\nname: ${name}\ndescription: x\n---\n`,
    [`state/skills/${name}/AGENTS.md`]: `# ${name}\n`,
  });
  tree = makeTestTree({ ...skill('ferry'), ...skill('bakery') });
  made.push(tree);
  fs.mkdirSync(path.join(tree.dir, layout.queue), { recursive: true });
});

const system = realSystem();
const claim = (...lines: string[]): void =>
  fs.appendFileSync(path.join(tree.dir, layout.queue, '.edited'), lines.map((line) => `${line}\n`).join(''));
const append = (skill: string): void =>
  fs.appendFileSync(path.join(tree.dir, 'state/skills', skill, 'AGENTS.md'), '- more\n');

test('an edit is put down to the session that the hook was told of, and no other edit is', async () => {
  takeBaseline(system, tree.dir);
  append('ferry');
  append('bakery');
  claim('tool\tcodex\tsession-1\tferry');
  const rows = await noticeEdits(system, tree.dir, { runtime: 'pi', session: 's', how: 'found' }, new Date());
  const saw = (name: string): unknown => rows.find(({ skill }) => skill === name);
  expect(saw('bakery')).toMatchObject({ how: 'found', runtime: 'pi', session: 's' });
  expect(saw('ferry')).toMatchObject({ how: 'tool', runtime: 'codex', session: 'session-1' });
  append('ferry');
  const [later] = await noticeEdits(system, tree.dir, { runtime: 'none', session: '', how: 'found' }, new Date());
  expect(later).toMatchObject({ how: 'found', runtime: 'none' });
});

test('the last claim counts; lines of another form are passed over', () => {
  claim(
    'tool\tcodex\ta\tferry',
    'watched\tgemini\t-\tferry',
    'guessed\tpi\ta\tbakery',
    'tool\tpi',
    'tool\tpi\t../a\tbakery',
    '',
  );
  expect([...takeClaims(system, tree.dir)]).toEqual([['ferry', { how: 'watched', runtime: 'gemini', session: '' }]]);
});

test('claims of a look that was killed count in the next, with those that came since', () => {
  claim('tool\tcodex\ta\tferry');
  takeClaims(system, tree.dir);
  claim('tool\tcodex\tb\tbakery');
  expect([...takeClaims(system, tree.dir).keys()]).toEqual(['ferry', 'bakery']);
  endClaims(system, tree.dir);
  expect(takeClaims(system, tree.dir).size).toBe(0);
});
