import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatFinding } from '../../seed/state/lib/finding.ts';
import { readSkill, readSkills } from './read.ts';
import { makeTestTree } from './test-tree.ts';
import type { TestTree } from './test-tree.ts';

let tree: TestTree;
const files = {
  'state/skills/good/SKILL.md': '---\nname: good\ndescription: Fine.\n---\n',
  'state/skills/good/AGENTS.md': '# good\n',
  'state/skills/good/resources/deep/a.txt': 'a',
  'state/skills/broken/SKILL.md': '---\nname: &x broken\n',
  'state/skills/empty/notes.txt': '',
  'state/skills/flat.md': '---\nname: flat\ndescription: Old.\n---\n',
  'state/skills/flat.agents.md': '# flat\n',
  'state/skills/good.md': 'shadowed by the folder',
  'state/skills/README.md': 'no skill',
  'state/skills/.hidden/SKILL.md': '',
};

beforeAll(() => {
  tree = makeTestTree(files);
});
afterAll(() => tree.remove());

function find(name: string): string[] {
  return readSkill(tree.dir, name)?.findings.map(formatFinding) ?? [];
}

describe('reading skills', () => {
  test('finds folders and flat skills by name, the folder first', () => {
    expect(readSkills(tree.dir).map(({ name, form, loaderPath }) => [name, form, loaderPath])).toEqual([
      ['broken', 'folder', undefined],
      ['empty', 'folder', undefined],
      ['flat', 'flat', 'state/skills/flat.agents.md'],
      ['good', 'folder', 'state/skills/good/AGENTS.md'],
    ]);
    expect(readSkill(tree.dir, 'good')?.files).toEqual([
      'state/skills/good/AGENTS.md',
      'state/skills/good/SKILL.md',
      'state/skills/good/resources/deep/a.txt',
    ]);
  });

  test('one bad skill is a finding and stops no other', () => {
    expect(find('broken')[0]).toContain('never closed');
    expect(find('empty')[0]).toContain('the folder empty has no SKILL.md');
    expect(find('flat')).toEqual([
      'state/skills/flat.md:1 flat-skill flat has the older flat form -> snappy migrate --apply',
    ]);
    expect(find('good')).toEqual([]);
  });

  test('a name that is a path is no skill', () => {
    for (const name of ['', '.', '..', '../skills/good', 'good/resources', '.hidden', 'none'])
      expect(readSkill(tree.dir, name)).toBeUndefined();
    expect(readSkills(path.join(tree.dir, 'nowhere'))).toEqual([]);
  });
});

describe('what is not read', () => {
  test('a file or folder that is a link out of the tree', () => {
    const outside = makeTestTree({ 'secret/SKILL.md': '---\nname: secret\ndescription: TOP SECRET\n---\n' });
    fs.mkdirSync(path.join(tree.dir, 'state/skills/linked'));
    fs.symlinkSync(path.join(outside.dir, 'secret/SKILL.md'), path.join(tree.dir, 'state/skills/linked/SKILL.md'));
    fs.symlinkSync(path.join(outside.dir, 'secret'), path.join(tree.dir, 'state/skills/linked-folder'));
    fs.symlinkSync(path.join(outside.dir, 'secret/SKILL.md'), path.join(tree.dir, 'state/skills/linked-flat.md'));
    for (const name of ['linked', 'linked-folder', 'linked-flat']) {
      const entry = readSkill(tree.dir, name);
      expect(entry?.skillMd).toBeUndefined();
      expect(JSON.stringify(entry)).not.toContain('TOP SECRET');
      expect(find(name)[0]).toContain('link-outside is a link that leads out of the tree');
    }
    outside.remove();
    expect(find('linked')[0]).toContain('is a link that leads nowhere');
  });

  test('a link that stays inside the tree is', () => {
    fs.mkdirSync(path.join(tree.dir, 'state/skills/inside'));
    fs.symlinkSync('../good/SKILL.md', path.join(tree.dir, 'state/skills/inside/SKILL.md'));
    expect(readSkill(tree.dir, 'inside')?.skill.description).toBe('Fine.');
  });

  test('a file over 1 MB', () => {
    fs.mkdirSync(path.join(tree.dir, 'state/skills/huge'));
    fs.writeFileSync(
      path.join(tree.dir, 'state/skills/huge/SKILL.md'),
      `---\nname: huge\n---\n${'x'.repeat(1024 * 1024)}`,
    );
    expect(find('huge')).toEqual([
      'state/skills/huge/SKILL.md:1 file-size is 1048595 bytes; at most 1048576 are read -> move the bulk to a file under resources/',
    ]);
  });

  test('a folder of packages that was left in a skill', () => {
    fs.mkdirSync(path.join(tree.dir, 'state/skills/good/node_modules/x'), { recursive: true });
    fs.writeFileSync(path.join(tree.dir, 'state/skills/good/node_modules/x/index.js'), '');
    expect(readSkill(tree.dir, 'good')?.files).toHaveLength(3);
  });
});
