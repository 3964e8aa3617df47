import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { revisionOf } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { keptRevisions, listRevisions, loadRevision, pruneRevisions, saveRevision } from './store.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

function lay(): EditsTree {
  const tree = makeEditsTree();
  trees.push(tree);
  return tree;
}

const files = (texts: Readonly<Record<string, string>>): SkillFiles =>
  new Map(Object.entries(texts).map(([name, text]) => [name, { bytes: Buffer.from(text), mode: 0o640 }]));
const day = (at: number): Date => new Date(Date.parse('2026-01-01T00:00:00Z') + at * 86_400_000);
const objects = (tree: EditsTree): string[] => fs.readdirSync(tree.at(layout.revisions, 'objects'));

test('a revision comes back with its bytes and modes, and nobody else can read it', () => {
  const tree = lay();
  const kept = new Map([
    ...files({ 'AGENTS.md': 'é\r\n', 'a/b.txt': '' }),
    ['x.bin', { bytes: Buffer.from([0, 255]), mode: 0o755 }] as const,
  ]);
  const rev = saveRevision(realSystem(), tree.dir, 'k', kept, day(0));
  expect(rev).toBe(revisionOf(kept));
  expect(loadRevision(tree.dir, 'k', rev)).toEqual(kept);
  for (const name of objects(tree))
    expect(fs.statSync(tree.at(layout.revisions, 'objects', name)).mode & 0o777).toBe(0o600);
});

test('the same content is kept once, for all revisions of all skills', () => {
  const tree = lay();
  saveRevision(realSystem(), tree.dir, 'k', files({ a: 'same', b: 'other' }), day(0));
  saveRevision(realSystem(), tree.dir, 'k', files({ a: 'same', b: 'new' }), day(1));
  saveRevision(realSystem(), tree.dir, 'l', files({ c: 'same' }), day(1));
  expect(objects(tree).length).toBe(3);
});

test('revisions are listed by when they last came into use', () => {
  const tree = lay();
  const [a, b] = [files({ f: 'a' }), files({ f: 'b' })];
  for (const [at, one] of [a, b, a].entries()) saveRevision(realSystem(), tree.dir, 'k', one, day(at));
  expect(listRevisions(tree.dir, 'k').map(({ rev_id, ts, at }) => [rev_id, ts, at])).toEqual([
    [revisionOf(a), day(0).toISOString(), day(2).toISOString()],
    [revisionOf(b), day(1).toISOString(), day(1).toISOString()],
  ]);
});

test('a content that was spoilt makes its revision one that is not kept, and is written anew when it is seen again', () => {
  const tree = lay();
  const one = files({ f: 'text' });
  const rev = saveRevision(realSystem(), tree.dir, 'k', one, day(0));
  fs.truncateSync(tree.at(layout.revisions, 'objects', objects(tree)[0] ?? ''), 2);
  expect(loadRevision(tree.dir, 'k', rev)).toBeUndefined();
  saveRevision(realSystem(), tree.dir, 'k', one, day(1));
  expect(loadRevision(tree.dir, 'k', rev)?.size).toBe(1);
});

test.each(['../../x', '/etc/passwd', 'a\\..\\b', 'a//b', '.', ''])(
  'a manifest that names the file %j is not believed',
  (name) => {
    const tree = lay();
    const rev = saveRevision(realSystem(), tree.dir, 'k', files({ f: 'text' }), day(0));
    const file = tree.at(layout.revisions, 'skills/k', `${rev}.json`);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"path":"f"', `"path":${JSON.stringify(name)}`));
    expect(loadRevision(tree.dir, 'k', rev)).toBeUndefined();
    expect(listRevisions(tree.dir, 'k')).toEqual([]);
  },
);

test.each(['..', 'a/b', '', '.git', 'x\0y'])('the name %j is no skill and leads nowhere', (name) => {
  const tree = lay();
  expect(loadRevision(tree.dir, name, '0123456789ab')).toBeUndefined();
  expect(listRevisions(tree.dir, name)).toEqual([]);
});

test('the newest revisions stay, and those that are asked for, with their contents and no others', () => {
  const tree = lay();
  const revs = Array.from({ length: keptRevisions + 5 }, (_, at) =>
    saveRevision(realSystem(), tree.dir, 'k', files({ f: `text ${at}`, shared: 'in all' }), day(at)),
  );
  saveRevision(realSystem(), tree.dir, 'other', files({ f: 'text 1' }), day(0));
  fs.writeFileSync(tree.at(layout.revisions, 'objects', `${'0'.repeat(64)}.12.0a1b2c3d.part`), 'half');
  const [, , third = ''] = revs;
  pruneRevisions(realSystem(), tree.dir, (skill, rev) => skill === 'k' && rev === third);
  const left = listRevisions(tree.dir, 'k').map(({ rev_id }) => rev_id);
  expect(left.toSorted()).toEqual([third, ...revs.slice(5)].toSorted());
  for (const rev of left) expect(loadRevision(tree.dir, 'k', rev)?.size).toBe(2);
  // One for each revision that is left, the one in all, and that of the other skill.
  expect(objects(tree).length).toBe(keptRevisions + 1 + 1 + 1);
});

test('contents that another version of this program may name are not removed', () => {
  const tree = lay();
  saveRevision(realSystem(), tree.dir, 'k', files({ f: 'text' }), day(0));
  const rev = saveRevision(realSystem(), tree.dir, 'newer', files({ f: 'of a newer form' }), day(0));
  const file = tree.at(layout.revisions, 'skills/newer', `${rev}.json`);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"_v":1', '"_v":2'));
  pruneRevisions(realSystem(), tree.dir);
  expect(objects(tree).length).toBe(2);
});

test('a skill that is edited very often keeps a bounded number of revisions, and the one in use', async () => {
  const tree = lay();
  tree.put('k', 'AGENTS.md', 'start\n');
  await tree.notice();
  for (let at = 0; at < keptRevisions + 15; at += 1) {
    tree.put('k', 'AGENTS.md', `${at}\n`);
    await tree.notice();
  }
  const kept = listRevisions(tree.dir, 'k');
  expect(kept.length).toBeLessThanOrEqual(keptRevisions + 10);
  expect(
    loadRevision(tree.dir, 'k', kept[0]?.rev_id ?? '')
      ?.get('AGENTS.md')
      ?.bytes.toString(),
  ).toBe(`${keptRevisions + 14}\n`);
});
