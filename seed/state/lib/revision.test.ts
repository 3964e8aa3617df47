import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  isLoaderFile,
  isSkillName,
  listSkill,
  listSkills,
  readListing,
  readSkillFiles,
  readTreeSkill,
  revisionOf,
  skillRevision,
} from './revision.ts';

let tree = '';
beforeEach(() => {
  tree = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-revision-')));
  put('deploy/SKILL.md', 's\n');
  put('deploy/AGENTS.md', 'a\n');
});
afterEach(() => fs.rmSync(tree, { recursive: true }));

const skills = (...parts: string[]): string => path.join(tree, 'state/skills', ...parts);

function put(file: string, text: string): void {
  fs.mkdirSync(path.dirname(skills(file)), { recursive: true });
  fs.writeFileSync(skills(file), text);
}

const namesOf = (skill: string): string[] => [...(readTreeSkill(tree, skill)?.keys() ?? [])].toSorted();

test('the revision of a skill is that of its files, whichever way they are read', () => {
  const files = readSkillFiles(skills('deploy'));
  expect(skillRevision(tree, 'deploy')).toBe(revisionOf(files ?? new Map()));
  put('deploy/AGENTS.md', 'b\n');
  expect(skillRevision(tree, 'deploy')).not.toBe(revisionOf(files ?? new Map()));
});

test('a skill of the flat form has its two files, and a folder of that name comes before them', () => {
  put('old.md', 's\n');
  put('old.agents.md', 'a\n');
  put('README.md', 'no skill\n');
  put('deploy.md', 'in the way\n');
  put('alone.agents.md', 'a loader of nothing\n');
  expect([namesOf('old'), namesOf('deploy')]).toEqual([
    ['old.agents.md', 'old.md'],
    ['AGENTS.md', 'SKILL.md'],
  ]);
  expect([...(listSkills(tree)?.keys() ?? [])].toSorted()).toEqual(['deploy', 'old']);
});

test('packages, git, and what programs leave for a moment are no part of a skill', () => {
  const rev = skillRevision(tree, 'deploy');
  for (const file of [
    'node_modules/x/i.js',
    '.git/HEAD',
    '__pycache__/a.pyc',
    '.DS_Store',
    'AGENTS.md~',
    '.AGENTS.md.swp',
    'AGENTS.md.tmp.123',
    'AGENTS.md.1.0a1b2c3d.part',
    '.#AGENTS.md',
  ])
    put(`deploy/${file}`, 'x');
  expect(skillRevision(tree, 'deploy')).toBe(rev);
  put('deploy/.env.example', 'x');
  expect(skillRevision(tree, 'deploy')).not.toBe(rev);
});

test('links are followed inside the tree only, and not in circles', () => {
  const outside = fs.mkdtempSync(`${tree}-outside-`);
  fs.writeFileSync(path.join(outside, 'SKILL.md'), 'not ours\n');
  fs.symlinkSync(outside, skills('outer'));
  fs.symlinkSync(path.join(outside, 'SKILL.md'), skills('deploy/out.md'));
  fs.symlinkSync('.', skills('deploy/circle'));
  fs.symlinkSync('own', skills('deploy/own'));
  fs.symlinkSync('AGENTS.md', skills('deploy/CLAUDE.md'));
  expect(namesOf('deploy')).toEqual(['AGENTS.md', 'CLAUDE.md', 'SKILL.md']);
  expect(listSkill(tree, 'outer')).toBeUndefined();
  fs.rmSync(outside, { recursive: true });
});

test('an empty folder, and a name that is none, are no skill', () => {
  fs.mkdirSync(skills('empty'));
  for (const name of ['empty', 'never', '..', '.', '', 'a/b', '../skills/deploy', 'x\0'])
    expect(listSkill(tree, name)).toBeUndefined();
});

test('what changes while it is read is not taken for a revision', () => {
  const listing = listSkill(tree, 'deploy') ?? { files: [], whole: false };
  put('deploy/AGENTS.md', 'longer than before\n');
  expect(readListing(listing)).toBeUndefined();
  fs.rmSync(skills('deploy/AGENTS.md'));
  expect(readListing(listing)).toBeUndefined();
});

test('a tree whose skills cannot be listed is another thing than one without any', () => {
  fs.rmSync(skills(), { recursive: true });
  expect(listSkills(tree)).toBeUndefined();
  fs.mkdirSync(skills());
  expect(listSkills(tree)).toEqual(new Map());
});

test.each([
  ['deploy', true],
  ['a.b_c-1', true],
  ['Größe', true],
  ['two words', true],
  ['.hidden', false],
  ['-dash', false],
  [' blank', false],
  ['a\nb', false],
  ['a:b', false],
  ['x'.repeat(129), false],
  ['漢'.repeat(67), false],
])('the name %j: %s', (name, isOne) => {
  expect(isSkillName(name)).toBe(isOne);
});

test('the loader is known by its name in either form', () => {
  expect(
    ['AGENTS.md', 'k.agents.md', 'sub/AGENTS.md', 'other.agents.md'].map((file) => isLoaderFile('k', file)),
  ).toEqual([true, true, false, false]);
});
