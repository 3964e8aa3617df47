import { afterEach, describe, expect, test } from 'vitest';
import { formatFinding } from '../../seed/state/lib/finding.ts';
import { drySystem, realSystem } from '../core/system.ts';
import { lintTree } from './lint.ts';
import { readSkill } from './read.ts';
import { scaffoldFiles, scaffoldSkill } from './scaffold.ts';
import { makeTestTree } from './test-tree.ts';
import type { TestTree } from './test-tree.ts';

let tree: TestTree;
afterEach(() => tree.remove());

describe('a new skill', () => {
  test('is prose, graded by hand, and has no finding', async () => {
    tree = makeTestTree();
    scaffoldSkill(realSystem(), tree.dir, 'rotate-keys');
    expect(readSkill(tree.dir, 'rotate-keys')?.skill).toMatchObject({
      name: 'rotate-keys',
      eval: 'manual',
      graduation: 'prose',
      triggers: [],
    });
    expect((await lintTree(realSystem(), tree.dir)).findings.map(formatFinding)).toEqual([]);
    const text = scaffoldFiles('rotate-keys').map((file) => `<!-- ${file.path} -->\n${file.text}`);
    await expect(text.join('\n')).toMatchFileSnapshot('goldens/new-skill.md');
  });

  test.each([
    ['Bad_Name', 'usage', "cannot be a skill's name"],
    ['../up', 'usage', "cannot be a skill's name"],
    ['init', 'usage', 'already a command or skill of claude-code, codex, gemini'],
    ['taken', 'refused', 'there already is state/skills/taken'],
    ['flat', 'refused', 'there already is state/skills/flat.md'],
  ])('is not laid as %s', (name, code, message) => {
    tree = makeTestTree({ 'state/skills/taken/notes.txt': '', 'state/skills/flat.md': '' });
    const before = tree.files();
    expect(() => scaffoldSkill(realSystem(), tree.dir, name)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    );
    expect(tree.files()).toEqual(before);
  });

  test('is only planned in a dry run', () => {
    tree = makeTestTree();
    const system = drySystem();
    scaffoldSkill(system, tree.dir, 'x-y');
    expect(system.changes).toHaveLength(2);
    expect(readSkill(tree.dir, 'x-y')).toBeUndefined();
  });
});

describe('lint --fix', () => {
  test('repairs what a program can, says what it did, and leaves the rest as findings', async () => {
    tree = makeTestTree({
      'state/skills/a/SKILL.md': '---\nname: b\ndescription: x\ntriggers: [test]\n---\n# a\n',
      'state/skills/a/AGENTS.md': '# a\n\n## Commands\n\n- go\n',
      'state/skills/other/SKILL.md': '---\nname: other\n---\n',
    });
    const report = await lintTree(realSystem(), tree.dir, { names: ['a'], fix: true });
    expect(report.repairs).toEqual([
      { skill: 'a', path: 'state/skills/a/SKILL.md', rules: ['name-folder', 'eval-section'] },
      { skill: 'a', path: 'state/skills/a/AGENTS.md', rules: ['loader-section'] },
    ]);
    expect(report.findings.map((finding) => finding.rule)).toEqual(['trigger-broad']);
    expect(tree.read('state/skills/other/SKILL.md')).toBe('---\nname: other\n---\n');
    const after = tree.files();
    expect((await lintTree(realSystem(), tree.dir, { names: ['a'], fix: true })).repairs).toEqual([]);
    expect(tree.files()).toEqual(after);
  });

  test('does not know a name that no skill has', async () => {
    tree = makeTestTree();
    await expect(lintTree(realSystem(), tree.dir, { names: ['nope'] })).rejects.toThrow('there is no skill "nope"');
  });
});
