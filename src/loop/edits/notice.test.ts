import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readEditRow } from '../../../seed/state/lib/edit.ts';
import { revisionOf, skillRevision } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { acceptSeen, takeBaseline } from './accept.ts';
import { machine, makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { planNotice } from './notice.ts';
import { drainQueue, readEdits } from './queue.ts';
import { listRevisions, loadRevision } from './store.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

function lay(
  files: Record<string, string> = { 'deploy/SKILL.md': '# deploy\n', 'deploy/AGENTS.md': '# deploy\n- one\n' },
): EditsTree {
  const tree = makeEditsTree(files);
  trees.push(tree);
  return tree;
}

const diffOf = (row: { changes: readonly { file: string; diff: string | null }[] } | undefined): unknown =>
  row?.changes.map(({ file, diff }) => [file, diff]);

test('the first look takes every skill as it is, and keeps its revision', async () => {
  const tree = lay();
  expect(await tree.notice()).toEqual([]);
  expect(tree.queue()).toEqual([]);
  const [kept] = listRevisions(tree.dir, 'deploy');
  expect(kept?.rev_id).toBe(skillRevision(tree.dir, 'deploy'));
  expect(
    loadRevision(tree.dir, 'deploy', kept?.rev_id ?? '')
      ?.get('AGENTS.md')
      ?.bytes.toString(),
  ).toBe('# deploy\n- one\n');
});

test('an edit goes to the queue with its diff, who saw it, and the revisions before and after', async () => {
  const tree = lay();
  await tree.notice();
  const before = skillRevision(tree.dir, 'deploy');
  tree.put('deploy', 'AGENTS.md', '# deploy\n- one\n- two\n');
  const [row, ...others] = await tree.notice({ runtime: 'codex', session: 'abc', how: 'watched' });
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    skill: 'deploy',
    machine_id: machine,
    runtime: 'codex',
    session: 'abc',
    how: 'watched',
    ts: '2026-11-21T09:00:02.000Z',
    before,
    after: skillRevision(tree.dir, 'deploy'),
  });
  expect(diffOf(row)).toEqual([['AGENTS.md', '@@ -1,2 +1,3 @@\n # deploy\n - one\n+- two']]);
  expect(tree.queue()).toEqual([`deploy.${String(row?.id)}.edit.json`]);
  expect(readEditRow(fs.readFileSync(tree.at(layout.queue, tree.queue()[0] ?? ''), 'utf8'))).toEqual(row);
  expect(await tree.notice()).toEqual([]);
});

test('a revision that comes back is an edit too', async () => {
  const tree = lay();
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', 'B\n');
  const [there] = await tree.notice();
  tree.put('deploy', 'AGENTS.md', '# deploy\n- one\n');
  const [back] = await tree.notice();
  tree.put('deploy', 'AGENTS.md', 'B\n');
  const [again] = await tree.notice();
  expect([back?.before, back?.after]).toEqual([there?.after, there?.before]);
  expect([again?.before, again?.after]).toEqual([there?.before, there?.after]);
  expect(readEdits(tree.dir, 'deploy').map(({ id }) => id)).toEqual([there?.id, back?.id, again?.id]);
});

test('a skill that comes later has all its lines added, and one that goes has them removed', async () => {
  const tree = lay();
  await tree.notice();
  tree.put('fresh', 'SKILL.md', 'new\n');
  const [born] = await tree.notice();
  expect([born?.before, born?.after]).toEqual([null, skillRevision(tree.dir, 'fresh')]);
  expect(diffOf(born)).toEqual([['SKILL.md', '@@ -0,0 +1,1 @@\n+new']]);
  fs.rmSync(tree.at(layout.skills, 'fresh'), { recursive: true });
  const [gone] = await tree.notice();
  expect([gone?.before, gone?.after]).toEqual([born?.after, null]);
  expect(diffOf(gone)).toEqual([['SKILL.md', '@@ -1,1 +0,0 @@\n-new']]);
  expect(
    loadRevision(tree.dir, 'fresh', born?.after ?? '')
      ?.get('SKILL.md')
      ?.bytes.toString(),
  ).toBe('new\n');
  expect(await tree.notice()).toEqual([]);
});

test('a tree whose folder of skills cannot be read has not lost its skills', async () => {
  const tree = lay();
  await tree.notice();
  fs.renameSync(tree.at(layout.skills), tree.at('aside'));
  expect(await tree.notice()).toEqual([]);
  fs.renameSync(tree.at('aside'), tree.at(layout.skills));
  expect(await tree.notice()).toEqual([]);
});

test('an edit within the same tick of the clock that keeps the size is seen', async () => {
  const tree = lay();
  await tree.notice();
  const file = tree.at(layout.skills, 'deploy/AGENTS.md');
  const { atime, mtime } = fs.statSync(file);
  fs.writeFileSync(file, '# deploy\n- uno\n');
  fs.utimesSync(file, atime, mtime);
  expect((await tree.notice()).length).toBe(1);
});

test('credentials are masked in the diff, also one that spans lines', async () => {
  const tree = lay();
  await tree.notice();
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const body = 'MIIEowIBAAKCAQEA75ssqzr1NeKqjqLKFzFv0J0mXkqOCb2K9DzVbGQGX2kXbWGR';
  const key = ['-----BEGIN RSA PRIVATE KEY-----', body, body, '-----END RSA PRIVATE KEY-----'].join('\n');
  tree.put('deploy', 'AGENTS.md', `# deploy\n- token ${token}\n${key}\n`);
  const [row] = await tree.notice();
  expect(JSON.stringify(row)).not.toContain(token);
  expect(JSON.stringify(row)).not.toContain(body);
  expect(row?.changes[0]?.diff).toMatch(/\+- token \[github removed\]/);
});

test('what is no text, or too long, is noted without a diff', async () => {
  const tree = lay();
  await tree.notice();
  tree.put('deploy', 'logo.png', Buffer.from([0x89, 0x50, 0, 1, 0xff]));
  tree.put('deploy', 'long.md', 'a line of some length\n'.repeat(4000));
  tree.put('deploy', 'AGENTS.md', '# deploy\n');
  const [row] = await tree.notice();
  expect(diffOf(row)).toEqual([
    ['AGENTS.md', '@@ -1,2 +1,1 @@\n # deploy\n-- one'],
    ['logo.png', null],
    ['long.md', null],
  ]);
});

test('a loader that is written anew from top to bottom has its lines in the diff', async () => {
  const lines = (word: string): string => Array.from({ length: 1500 }, (_, at) => `${word} ${at}\n`).join('');
  const tree = lay({ 'deploy/SKILL.md': 'x\n', 'deploy/AGENTS.md': lines('a') });
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', lines('b'));
  const [row] = await tree.notice();
  const diff = row?.changes[0]?.diff?.split('\n') ?? [];
  expect(diff.filter((line) => line.startsWith('+')).length).toBe(1500);
  expect(diff.filter((line) => line.startsWith('-')).length).toBe(1500);
});

test('a skill that is larger than what is kept is left alone until it is smaller', async () => {
  const tree = lay();
  await tree.notice();
  const big = tree.at(layout.skills, 'deploy/big.bin');
  fs.writeFileSync(big, '');
  fs.truncateSync(big, 65 * 1024 * 1024);
  tree.put('deploy', 'AGENTS.md', 'two\n');
  expect(await tree.notice()).toEqual([]);
  fs.rmSync(big);
  expect(diffOf((await tree.notice())[0])).toEqual([['AGENTS.md', '@@ -1,2 +1,1 @@\n-# deploy\n-- one\n+two']]);
});

test('a skill with a thousand files too many is left alone', async () => {
  const tree = lay();
  for (let at = 0; at < 2001; at++) tree.put('crowd', `f${at}`, '');
  expect(await tree.notice()).toEqual([]);
  expect(listRevisions(tree.dir, 'crowd')).toEqual([]);
  expect(listRevisions(tree.dir, 'deploy').length).toBe(1);
});

test('a skill in the flat form is noticed by its two files', async () => {
  const tree = lay({ 'old.md': '# old\n', 'old.agents.md': '- a\n', 'README.md': 'no skill\n' });
  await tree.notice();
  fs.appendFileSync(tree.at(layout.skills, 'old.agents.md'), '- b\n');
  fs.appendFileSync(tree.at(layout.skills, 'README.md'), 'still none\n');
  const rows = await tree.notice();
  expect(rows.map(({ skill }) => skill)).toEqual(['old']);
  expect(diffOf(rows[0])).toEqual([['old.agents.md', '@@ -1,1 +1,2 @@\n - a\n+- b']]);
});

test('a skill folder that is a link inside the tree is noticed, one that leads out of it is not read', async () => {
  const tree = lay();
  const outside = fs.mkdtempSync(`${tree.dir}-outside-`);
  fs.writeFileSync(path.join(outside, 'SKILL.md'), 'secret\n');
  fs.mkdirSync(tree.at('sources/inner'), { recursive: true });
  fs.writeFileSync(tree.at('sources/inner/SKILL.md'), 'a\n');
  fs.symlinkSync('../../sources/inner', tree.at(layout.skills, 'inner'));
  fs.symlinkSync(outside, tree.at(layout.skills, 'outer'));
  fs.symlinkSync(path.join(outside, 'SKILL.md'), tree.at(layout.skills, 'deploy/leak.md'));
  fs.symlinkSync('nowhere', tree.at(layout.skills, 'deploy/dangling.md'));
  await tree.notice();
  fs.appendFileSync(tree.at('sources/inner/SKILL.md'), 'b\n');
  fs.appendFileSync(path.join(outside, 'SKILL.md'), 'more\n');
  expect((await tree.notice()).map(({ skill }) => skill)).toEqual(['inner']);
  expect(listRevisions(tree.dir, 'outer')).toEqual([]);
  expect(listRevisions(tree.dir, 'deploy')[0]?.files.map((file) => file.path)).toEqual(['AGENTS.md', 'SKILL.md']);
  fs.rmSync(outside, { recursive: true });
});

test('names in decomposed letters are kept as they are', async () => {
  const name = 'cafe\u0301';
  const tree = lay({ [`${name}/SKILL.md`]: 'a\n', [`${name}/re\u0301sume\u0301.md`]: 'a\n' });
  await tree.notice();
  tree.put(name, 're\u0301sume\u0301.md', 'b\n');
  const [row] = await tree.notice();
  expect([row?.skill, row?.changes[0]?.file]).toEqual([name, 're\u0301sume\u0301.md']);
  expect(readEdits(tree.dir)).toEqual([row]);
});

test('line ends of Windows stay in the diff and are no change by themselves', async () => {
  const tree = lay({ 'deploy/SKILL.md': 'x\n', 'deploy/AGENTS.md': '# d\r\n- one\r\n' });
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', '# d\r\n- one\r\n- two\r\n');
  expect(diffOf((await tree.notice())[0])).toEqual([['AGENTS.md', '@@ -1,2 +1,3 @@\n # d\r\n - one\r\n+- two\r']]);
});

test('what editors and interpreters leave beside a skill is no edit', async () => {
  const tree = lay();
  await tree.notice();
  for (const file of [
    '.AGENTS.md.swp',
    'AGENTS.md~',
    '.DS_Store',
    'AGENTS.md.12.0a1b2c3d.part',
    '__pycache__/x.pyc',
    'sedAb12Cd',
  ])
    tree.put('deploy', file, 'x');
  expect(await tree.notice()).toEqual([]);
});

test('a loader that is gone only while it is replaced is not noted as gone', async () => {
  const tree = lay();
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', null);
  const noticing = tree.notice();
  tree.put('deploy', 'AGENTS.md', '# deploy\n- one\n- two\n');
  expect(diffOf((await noticing)[0])).toEqual([['AGENTS.md', '@@ -1,2 +1,3 @@\n # deploy\n - one\n+- two']]);
});

test.each([
  ['torn', (file: string) => fs.truncateSync(file, 40)],
  ['empty', (file: string) => fs.truncateSync(file, 0)],
  ["somebody else's", (file: string) => fs.writeFileSync(file, '{"skills":{}}')],
  ['missing', (file: string) => fs.rmSync(file)],
])('a record of what was seen that is %s loses no edit', async (_, spoil) => {
  const tree = lay();
  tree.put('other', 'SKILL.md', 'x\n');
  await tree.notice();
  tree.put('other', 'SKILL.md', 'y\n');
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', '# deploy\n- one\n- two\n');
  tree.put('late', 'SKILL.md', 'nobody knows since when\n');
  spoil(tree.at(layout.revisions, 'seen.json'));
  const rows = await tree.notice();
  expect(rows.map(({ skill }) => skill)).toEqual(['deploy']);
  expect(diffOf(rows[0])).toEqual([['AGENTS.md', '@@ -1,2 +1,3 @@\n # deploy\n - one\n+- two']]);
  expect(readEdits(tree.dir).length).toBe(2);
});

test('a clock that was set back loses no edit and wedges nothing', async () => {
  const tree = lay();
  await tree.notice({}, new Date('2031-01-01T00:00:00Z'));
  tree.put('deploy', 'AGENTS.md', 'a\n');
  await tree.notice({}, new Date('2031-01-01T00:00:01Z'));
  tree.put('deploy', 'AGENTS.md', 'b\n');
  const [row] = await tree.notice({}, new Date('2026-01-01T00:00:00Z'));
  expect(row?.ts).toBe('2026-01-01T00:00:00.000Z');
  expect(readEdits(tree.dir).length).toBe(2);
  expect(drainQueue(realSystem(), tree.dir).length).toBe(2);
});

test('edits of one moment keep their order', async () => {
  const tree = lay();
  const now = new Date('2026-11-21T09:00:00Z');
  await tree.notice({}, now);
  const texts = ['a', 'b', 'a', 'b', 'c'];
  const after: unknown[] = [];
  for (const text of texts) {
    tree.put('deploy', 'AGENTS.md', text);
    after.push((await tree.notice({}, now))[0]?.after);
  }
  expect(readEdits(tree.dir).map((row) => row.after)).toEqual(after);
});

test('a dry look says the same and writes nothing', async () => {
  const tree = lay();
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', 'a\n');
  const before = fs.readdirSync(tree.dir, { recursive: true });
  const plan = await planNotice(tree.dir, { runtime: 'x', session: '', how: 'found' }, new Date());
  expect(plan.rows.map(({ skill }) => skill)).toEqual(['deploy']);
  expect(fs.readdirSync(tree.dir, { recursive: true })).toEqual(before);
});

test('skills that are accepted as they are make no edit; those not named still do', async () => {
  const tree = lay();
  tree.put('other', 'SKILL.md', 'x\n');
  await tree.notice();
  tree.put('deploy', 'AGENTS.md', 'merged\n');
  tree.put('other', 'SKILL.md', 'y\n');
  acceptSeen(realSystem(), tree.dir, ['deploy', 'never-there']);
  expect((await tree.notice()).map(({ skill }) => skill)).toEqual(['other']);
  tree.put('other', 'SKILL.md', 'z\n');
  fs.rmSync(tree.at(layout.skills, 'deploy'), { recursive: true });
  acceptSeen(realSystem(), tree.dir);
  expect(await tree.notice()).toEqual([]);
  const revision = revisionOf(
    new Map([
      ['AGENTS.md', { bytes: Buffer.from('merged\n'), mode: 0 }],
      ['SKILL.md', { bytes: Buffer.from('# deploy\n'), mode: 0 }],
    ]),
  );
  expect(loadRevision(tree.dir, 'deploy', revision)).toBeDefined();
});

test('a baseline takes new skills as they are and leaves edits of known ones to be noticed', async () => {
  const tree = lay();
  takeBaseline(realSystem(), tree.dir);
  tree.put('deploy', 'AGENTS.md', 'edited\n');
  tree.put('laid', 'SKILL.md', 'scaffold\n');
  takeBaseline(realSystem(), tree.dir);
  expect((await tree.notice()).map(({ skill }) => skill)).toEqual(['deploy']);
});
