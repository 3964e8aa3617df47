import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { isSkillName } from '../../seed/state/lib/revision.ts';
import { layout } from '../core/paths.ts';
import { realSystem } from '../core/system.ts';
import { makeTestTree } from '../skills/test-tree.ts';
import type { TestTree } from '../skills/test-tree.ts';
import { readConflicts } from './briefs/conflicts.ts';
import { conflictFile, unknownMachine, writeConflict } from './conflicts.ts';

const machine = '0123456789ab';
const part = (lost: string) =>
  ({
    file: 'AGENTS.md',
    conflict: { base: '', kept: '- kept', lost, lostBy: 'ours', heading: '' },
  }) as const;

const trees: TestTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});
function makeTree(): TestTree {
  const tree = makeTestTree();
  trees.push(tree);
  return tree;
}

test.each(['deploy', 'café', 'cafe\u0301', '部署', 'my skill', 'a..b', '_tree', 'x'.repeat(128), 'é'.repeat(100)])(
  'what a machine has lost in the skill %s is kept, and found again as that skill’s',
  (skill) => {
    const tree = makeTree();
    for (const lost of ['- one', '- two']) writeConflict(realSystem(), tree.dir, skill, machine, [part(lost)]);
    const found = readConflicts(tree.dir);
    expect([...found.keys()]).toEqual([skill]);
    expect(found.get(skill)).toEqual([
      { path: conflictFile(skill, machine), text: expect.stringMatching(/- one[^]*- two/) as string },
    ]);
  },
);

test('no name leads out of the folder of conflicts, and each skill has a folder of its own', () => {
  const unit = fc.constantFrom('a', 'B', '.', '-', '_', ' ', '/', '\\', '\0', '\n', 'é', '\u0301', '漢', '😀', '..');
  const name = fc.string({ unit, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(name.filter(isSkillName), name, (skill, machineId) => {
      const [folder, file, ...more] = path.posix.relative(layout.conflicts, conflictFile(skill, machineId)).split('/');
      expect([folder, more]).toEqual([skill, []]);
      expect(file).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\.md$/);
    }),
    { numRuns: 1000 },
  );
});

test.each(['', '.', '..', '../x', 'a/b', 'a\\b', '.x', '-x', 'a\0', 'a\n'])('%j is no skill’s name', (name) => {
  expect(() => conflictFile(name, machine)).toThrow(TypeError);
});

test('a machine whose id can be no file’s name counts as unknown', () => {
  const tree = makeTree();
  writeConflict(realSystem(), tree.dir, 'deploy', '../../escape', [part('- one')]);
  expect(fs.readdirSync(path.join(tree.dir, layout.conflicts, 'deploy'))).toEqual([`${unknownMachine}.md`]);
});
