import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { readConflicts } from './conflicts.ts';

let tree: TestTree | undefined;
afterEach(() => tree?.remove());

const folder = 'state/regen/conflicts';

test('conflicts are read in both forms, by skill', () => {
  tree = makeTestTree({
    [`${folder}/tool/0123456789ab.md`]: 'a\n',
    [`${folder}/tool.ba9876543210.md`]: 'b\n',
    [`${folder}/my.tool.0123456789ab.md`]: 'c\n',
    [`${folder}/README.md`]: 'x\n',
    [`${folder}/tool/notes.txt`]: 'x\n',
  });
  expect(Object.fromEntries(readConflicts(tree.dir))).toEqual({
    tool: [
      { path: `${folder}/tool/0123456789ab.md`, text: 'a\n' },
      { path: `${folder}/tool.ba9876543210.md`, text: 'b\n' },
    ],
    'my.tool': [{ path: `${folder}/my.tool.0123456789ab.md`, text: 'c\n' }],
  });
});

test('a link is not followed, and of a long file the beginning is read', () => {
  tree = makeTestTree({ [`${folder}/tool/0123456789ab.md`]: 'x'.repeat(1_000_000), secret: 'k' });
  fs.symlinkSync(path.join(tree.dir, 'secret'), path.join(tree.dir, folder, 'tool', 'link.md'));
  const [first, ...others] = readConflicts(tree.dir).get('tool') ?? [];
  expect(first?.text.length).toBe(65_536);
  expect(others).toEqual([]);
});

test('a tree without that folder has none', () => {
  tree = makeTestTree();
  expect(readConflicts(tree.dir).size).toBe(0);
});
