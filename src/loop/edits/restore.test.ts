import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { editSkill } from './edit-skill.ts';
import { makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { readEdits } from './queue.ts';
import { restoreRevision } from './restore.ts';
import { listRevisions, loadRevision } from './store.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const person = { runtime: 'none', session: '' };

async function lay(files: Record<string, string>): Promise<EditsTree> {
  const tree = makeEditsTree(files);
  trees.push(tree);
  await tree.notice();
  return tree;
}

const back = (tree: EditsTree, skill: string, rev: string): Promise<EditRow | undefined> =>
  restoreRevision(realSystem(), tree.dir, { skill, rev, by: person }, new Date());

function revisionNow(tree: EditsTree, skill: string): string {
  return skillRevision(tree.dir, skill) ?? 'none';
}

test('a revision is put back with its files and modes, and the one it replaces is kept', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'good\n', 'k/run.sh': '#!/bin/sh\n' });
  fs.chmodSync(tree.at(layout.skills, 'k/run.sh'), 0o755);
  const first = revisionNow(tree, 'k');
  tree.put('k', 'AGENTS.md', 'bad\n');
  tree.put('k', 'more/new.md', 'new\n');
  tree.put('k', 'run.sh', null);
  await tree.notice();
  const second = revisionNow(tree, 'k');
  const row = await back(tree, 'k', first);
  expect(row).toMatchObject({ skill: 'k', how: 'revert', runtime: 'none', before: second, after: first });
  expect([revisionNow(tree, 'k'), tree.get('k', 'AGENTS.md')]).toEqual([first, 'good\n']);
  expect(fs.existsSync(tree.at(layout.skills, 'k/more'))).toBe(false);
  expect(loadRevision(tree.dir, 'k', second)?.get('more/new.md')?.bytes.toString()).toBe('new\n');
  expect(await tree.notice()).toEqual([]);
  expect(readEdits(tree.dir, 'k').at(-1)).toEqual(row);
  expect((await back(tree, 'k', second))?.after).toBe(second);
});

test('a folder and a file may take the place of each other', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'good\n', 'k/d/e/f.md': 'deep\n', 'k/x': 'flat\n' });
  const first = revisionNow(tree, 'k');
  fs.rmSync(tree.at(layout.skills, 'k/d'), { recursive: true });
  tree.put('k', 'd', 'a file now\n');
  tree.put('k', 'x', null);
  tree.put('k', 'x/y.md', 'a folder now\n');
  await tree.notice();
  const second = revisionNow(tree, 'k');
  for (const [rev, from] of [
    [first, second],
    [second, first],
  ] as const) {
    expect(await back(tree, 'k', rev)).toMatchObject({ before: from, after: rev });
    expect(revisionNow(tree, 'k')).toBe(rev);
  }
});

test('what somebody has edited since is noticed as theirs before it is replaced', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'good\n' });
  const first = revisionNow(tree, 'k');
  tree.put('k', 'AGENTS.md', 'an edit that nobody has seen\n');
  await back(tree, 'k', first);
  const rows = readEdits(tree.dir, 'k');
  expect(rows.map(({ how }) => how)).toEqual(['found', 'revert']);
  expect(
    loadRevision(tree.dir, 'k', rows[0]?.after ?? '')
      ?.get('AGENTS.md')
      ?.bytes.toString(),
  ).toContain('nobody');
});

test('the revision that is in use is not put back again', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n' });
  expect(await back(tree, 'k', revisionNow(tree, 'k'))).toBeUndefined();
  expect(readEdits(tree.dir)).toEqual([]);
});

test('a revision that is not kept is refused by name, with those that are', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n' });
  const kept = revisionNow(tree, 'k');
  await expect(back(tree, 'k', 'ffffffffffff')).rejects.toMatchObject({
    code: 'usage',
    hint: expect.stringContaining(kept) as unknown,
  });
  await expect(back(tree, 'never', 'ffffffffffff')).rejects.toThrow(/"ffffffffffff" of never is kept/);
});

test('a skill that is gone comes back', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'a\n' });
  const rev = revisionNow(tree, 'k');
  fs.rmSync(tree.at(layout.skills, 'k'), { recursive: true });
  expect(await back(tree, 'k', rev)).toMatchObject({ before: null, after: rev });
  expect(tree.get('k', 'AGENTS.md')).toBe('a\n');
});

test('a skill that cannot be kept as it is now is left as it is', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'a\n' });
  const rev = revisionNow(tree, 'k');
  tree.put('k', 'AGENTS.md', 'b\n');
  fs.truncateSync((tree.put('k', 'big', ''), tree.at(layout.skills, 'k/big')), 65 * 1024 * 1024);
  await expect(back(tree, 'k', rev)).rejects.toMatchObject({ code: 'refused' });
  expect(tree.get('k', 'AGENTS.md')).toBe('b\n');
});

test('a revision of the flat form is put back into the folder that the skill has now', async () => {
  const tree = await lay({ 'k.md': 's\n', 'k.agents.md': 'old\n' });
  const flat = revisionNow(tree, 'k');
  for (const file of ['k.md', 'k.agents.md']) fs.rmSync(tree.at(layout.skills, file));
  tree.put('k', 'SKILL.md', 's\n');
  tree.put('k', 'AGENTS.md', 'new\n');
  await tree.notice();
  await back(tree, 'k', flat);
  expect([tree.get('k', 'AGENTS.md'), fs.existsSync(tree.at(layout.skills, 'k.md'))]).toEqual(['old\n', false]);
});

test('an edit of our own leaves what somebody writes at the same moment', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n', 'k/AGENTS.md': 'a\n' });
  const patch = new Map([['AGENTS.md', { bytes: Buffer.from('ours\n'), mode: 0o644 }]]);
  const edit = editSkill(
    realSystem(),
    tree.dir,
    {
      skill: 'k',
      by: { ...person, how: 'drain' },
      patch: () => {
        // Between the look and the write.
        tree.put('k', 'AGENTS.md', 'theirs\n');
        return patch;
      },
    },
    new Date(),
  );
  await expect(edit).rejects.toMatchObject({ code: 'failure' });
  expect(tree.get('k', 'AGENTS.md')).toBe('theirs\n');
  expect((await tree.notice()).map(({ how }) => how)).toEqual(['tool']);
  expect(listRevisions(tree.dir, 'k').length).toBeGreaterThan(1);
});

test('an edit of our own through a link changes the file it leads to', async () => {
  const tree = await lay({ 'k/SKILL.md': 's\n' });
  fs.mkdirSync(tree.at('sources'));
  fs.writeFileSync(tree.at('sources/loader.md'), 'a\n');
  fs.symlinkSync('../../../sources/loader.md', tree.at(layout.skills, 'k/AGENTS.md'));
  await tree.notice();
  const patch = new Map([['AGENTS.md', { bytes: Buffer.from('b\n'), mode: 0o644 }]]);
  await editSkill(
    realSystem(),
    tree.dir,
    { skill: 'k', by: { ...person, how: 'drain' }, patch: () => patch },
    new Date(),
  );
  expect(fs.readFileSync(tree.at('sources/loader.md'), 'utf8')).toBe('b\n');
  expect(fs.lstatSync(tree.at(layout.skills, 'k/AGENTS.md')).isSymbolicLink()).toBe(true);
});
