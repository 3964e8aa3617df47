import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { EditRow, EditWay } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { formatManifest, makeManifest } from '../../../seed/state/lib/seed-manifest.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { blameLoader, lineOrigins } from './blame.ts';
import type { LineBlame } from './blame.ts';
import { makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { restoreRevision } from './restore.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

async function lay(loader: string): Promise<EditsTree> {
  const tree = makeEditsTree({ 'k/SKILL.md': '# k\n', 'k/AGENTS.md': loader });
  trees.push(tree);
  await tree.notice();
  return tree;
}

async function blame(tree: EditsTree, now = '2026-12-01T00:00:00Z'): Promise<readonly LineBlame[]> {
  return (await blameLoader(tree.dir, 'k', new Date(now)))?.lines ?? [];
}

const sessions = (lines: readonly LineBlame[]): unknown =>
  lines.map(({ text, origin, by }) => [text, by?.session ?? origin]);

function row(how: EditWay, session: string, diff: string, file = 'AGENTS.md'): EditRow {
  const ts = '2026-11-21T09:00:00Z';
  const identity = { id: '0'.repeat(16), ts, skill: 'k', machine_id: 'm', before: null, after: null };
  return { _v: 1, ...identity, runtime: 'codex', session, how, changes: [{ file, diff }] };
}

function originsOf(...rows: EditRow[]): Record<string, string> {
  return Object.fromEntries([...lineOrigins(rows)].map(([line, { session }]) => [line, session]));
}

test('each line has the edit it came with; those from before the first look say so', async () => {
  const tree = await lay('# k\n- old\n');
  tree.put('k', 'AGENTS.md', '# k\n- old\n- by one\n');
  await tree.notice({ session: 'one' });
  tree.put('k', 'AGENTS.md', '# k\n\n- by two\n- old\n  - by one\n');
  await tree.notice({ session: 'two' });
  expect(sessions(await blame(tree))).toEqual([
    ['# k', 'before'],
    ['- by two', 'two'],
    ['- old', 'before'],
    ['  - by one', 'one'],
  ]);
});

test('a line that only moved, or was indented, keeps its edit', () => {
  expect(originsOf(row('tool', 'one', '+- a'), row('tool', 'two', '-- a\n+  - a\n+- b'))).toEqual({
    '- a': 'one',
    '- b': 'two',
  });
});

test('what a revert or a merge puts back keeps its edit; what it brings for the first time is its own', () => {
  const put = row('tool', 'one', '+- a');
  const taken = row('tool', 'two', '-- a\n-- from before');
  expect(originsOf(put, taken, row('merge', 'three', '+- a\n+- from before'))).toEqual({ '- a': 'one' });
  expect(originsOf(put, taken, row('revert', 'three', '+- a\n+- new'))).toEqual({ '- a': 'one', '- new': 'three' });
});

test('a line that is noticed again while it is there, as after a pull by hand, keeps its edit', () => {
  expect(originsOf(row('tool', 'there', '+- a'), row('found', 'here', '+- a\n+- b'))).toEqual({
    '- a': 'there',
    '- b': 'here',
  });
});

test('a line that was taken away and written again has its second author', () => {
  expect(originsOf(row('tool', 'one', '+- a'), row('tool', 'two', '-- a'), row('tool', 'three', '+- a'))).toEqual({
    '- a': 'three',
  });
});

test('a move into a folder keeps the edits of the flat form', () => {
  const flat = row('tool', 'one', '+- a', 'k.agents.md');
  const move: EditRow = {
    ...row('found', 'two', '+- a'),
    changes: [
      { file: 'k.agents.md', diff: '-- a' },
      { file: 'AGENTS.md', diff: '+- a' },
    ],
  };
  expect(originsOf(flat, move)).toEqual({ '- a': 'one' });
});

test('lines of other files count for nothing', () => {
  expect(originsOf(row('tool', 'one', '+- a', 'SKILL.md'))).toEqual({});
});

test('a line that the seed laid says so while the revision it laid is kept', async () => {
  const tree = await lay('# k\n- seeded\n');
  const manifest = makeManifest('1.0.0', [[`${layout.skills}/k/AGENTS.md`, '# k\n- seeded\n']]);
  fs.writeFileSync(tree.at(layout.manifest), formatManifest(manifest));
  tree.put('k', 'AGENTS.md', '# k\n- seeded\n- mine\n');
  await tree.notice({ session: 'me' });
  expect(sessions(await blame(tree))).toEqual([
    ['# k', 'seed'],
    ['- seeded', 'seed'],
    ['- mine', 'me'],
  ]);
});

test('an edit that nobody has noticed yet shows, and looking writes nothing', async () => {
  const tree = await lay('# k\n');
  tree.put('k', 'AGENTS.md', '# k\n- fresh\n');
  const before = fs.readdirSync(tree.dir, { recursive: true });
  expect((await blame(tree)).map(({ by }) => by?.noted)).toEqual([undefined, false]);
  expect(fs.readdirSync(tree.dir, { recursive: true })).toEqual(before);
});

function grade(tree: EditsTree, ts: string, rev_id: string, score: number): void {
  const rest = {
    run_id: 'r',
    ok: true,
    actor_session_id: 'a',
    auditor_session_id: 'b',
    runtime: 'codex',
    machine_id: 'm',
  };
  const graded: EvalRow = { ts, skill: 'k', rev_id, score, eval_mode: 'manual', ...rest };
  fs.appendFileSync(tree.at(layout.evals), `${JSON.stringify(graded)}\n`);
}

test('the scores since are of runs graded after the line came, of revisions that have it, and not of the future', async () => {
  const tree = await lay('# k\n');
  const old = skillRevision(tree.dir, 'k') ?? '';
  tree.put('k', 'AGENTS.md', '# k\n- a\n');
  const [edit] = await tree.notice({}, new Date('2026-11-22T00:00:00Z'));
  const rev = edit?.after ?? '';
  fs.writeFileSync(tree.at(layout.evals), 'torn {\n');
  grade(tree, '2026-11-21T00:00:00Z', old, 0);
  grade(tree, '2026-11-23T00:00:00Z', old, 0.1);
  grade(tree, '2026-11-23T00:00:00Z', rev, 0.8);
  grade(tree, '2026-11-24T00:00:00Z', '0123456789ab', 0.6);
  grade(tree, '2030-01-01T00:00:00Z', rev, 0);
  const [first, second] = await blame(tree);
  expect(first?.since).toEqual({ runs: 4, mean: expect.closeTo(0.375) as unknown });
  expect(second?.since).toEqual({ runs: 2, mean: expect.closeTo(0.7) as unknown });
  expect((await blame(tree, '2026-11-22T00:00:01Z')).at(-1)?.since).toEqual({ runs: 0, mean: undefined });
});

test('after a revert the lines say again who wrote them', async () => {
  const tree = await lay('# k\n');
  tree.put('k', 'AGENTS.md', '# k\n- a\n');
  const [good] = await tree.notice({ session: 'author' });
  tree.put('k', 'AGENTS.md', '# k\n');
  await tree.notice({ session: 'vandal' });
  const by = { runtime: 'none', session: '' };
  await restoreRevision(
    realSystem(),
    tree.dir,
    { skill: 'k', rev: good?.after ?? '', by },
    new Date('2026-11-21T12:00:00Z'),
  );
  expect(sessions(await blame(tree))).toEqual([
    ['# k', 'before'],
    ['- a', 'author'],
  ]);
});

test('a skill without a loader has no lines, and one that is not there is none', async () => {
  const tree = await lay('# k\n');
  fs.rmSync(tree.at(layout.skills, 'k/AGENTS.md'));
  expect(await blameLoader(tree.dir, 'k', new Date())).toEqual({ skill: 'k', loader: undefined, lines: [] });
  expect(await blameLoader(tree.dir, 'never', new Date())).toBeUndefined();
});
