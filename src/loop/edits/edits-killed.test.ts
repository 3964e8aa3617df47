import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { deadFrom, fullFrom, withFaults } from '../../core/test-faults.ts';
import type { Fault } from '../../core/test-faults.ts';
import { makeEditsTree } from './edits-fixture.ts';
import type { EditsTree } from './edits-fixture.ts';
import { applyNotice, planNotice } from './notice.ts';
import { applyOwnEdit, lookBefore, planOwnEdit } from './own-edit.ts';
import { drainQueue, readEdits } from './queue.ts';
import { loadRevision } from './store.ts';

const trees: EditsTree[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) tree.remove();
});

const by = { runtime: 'codex', session: 's', how: 'tool' } as const;
const program = path.join(import.meta.dirname, 'edits.program.ts');

async function lay(): Promise<EditsTree> {
  const tree = makeEditsTree({ 'a/SKILL.md': 'a\n', 'a/AGENTS.md': '- one\n', 'b/SKILL.md': 'b\n' });
  trees.push(tree);
  await tree.notice();
  return tree;
}

/** Whether `act` ended although `fault` was there. */
function survives(fault: Fault, act: () => void): boolean {
  try {
    withFaults(fault, act);
    return true;
  } catch {
    return false;
  }
}

/** Calls `play` with a fault at the first changing call, the second, and so on, until the fault comes too late to matter. */
async function atEachCall(make: (at: number) => Fault, play: (fault: Fault) => Promise<boolean>): Promise<number> {
  for (let at = 1; ; at += 1) if (await play(make(at))) return at - 1;
}

/** What must hold of a history whatever happened: each edit follows from the one before, the last leads to the skill of now. */
function expectChain(tree: string, skill: string, rows: readonly EditRow[]): void {
  const own = rows.filter((row) => row.skill === skill);
  expect(own.slice(1).map(({ before }) => before)).toEqual(own.slice(0, -1).map(({ after }) => after));
  expect([skillRevision(tree, skill) ?? null, undefined]).toContain(own.at(-1)?.after);
}

const faults = [
  ['killed', deadFrom],
  ['out of room', fullFrom],
] as const;

test.each(faults)(
  'a look that is %s at any call is ended by the next one, with no edit lost and none twice',
  async (_, make) => {
    const calls = await atEachCall(make, async (fault) => {
      const tree = await lay();
      tree.put('a', 'AGENTS.md', '- one\n- two\n');
      tree.put('c', 'SKILL.md', 'new\n');
      const now = new Date('2026-11-21T10:00:00Z');
      const plan = await planNotice(tree.dir, by, now);
      const ended = survives(fault, () => applyNotice(realSystem(), tree.dir, plan, now));
      await tree.notice();
      const rows = readEdits(tree.dir);
      expect(rows.map(({ skill }) => skill).toSorted()).toEqual(['a', 'c']);
      expectChain(tree.dir, 'a', rows);
      // Both sides of each edit are kept, or the next one could not say what it changed.
      const kept = rows.flatMap(({ skill, before, after }) =>
        [before, after].map((rev) => rev === null || loadRevision(tree.dir, skill, rev) !== undefined),
      );
      expect(kept).toEqual([true, true, true, true]);
      drainQueue(realSystem(), tree.dir);
      expect([tree.queue(), readEdits(tree.dir)]).toEqual([[], rows]);
      return ended;
    });
    expect(calls).toBeGreaterThan(8);
  },
);

test.each(faults)('a drain that is %s at any call is ended by the next one', async (_, make) => {
  const calls = await atEachCall(make, async (fault) => {
    const tree = await lay();
    tree.put('a', 'AGENTS.md', '- two\n');
    tree.put('b', 'SKILL.md', 'bb\n');
    await tree.notice();
    const rows = readEdits(tree.dir);
    const ended = survives(fault, () => drainQueue(realSystem(), tree.dir));
    expect(readEdits(tree.dir)).toEqual(rows);
    await tree.notice();
    drainQueue(realSystem(), tree.dir);
    const lines = fs.readFileSync(tree.at(layout.edits), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as EditRow).id).toSorted()).toEqual(
      rows.map(({ id }) => id).toSorted(),
    );
    expect(tree.queue()).toEqual([]);
    return ended;
  });
  expect(calls).toBeGreaterThan(2);
});

test.each(faults)(
  'an edit of our own that is %s at any call leaves what was there in the store, and a whole history',
  async (_, make) => {
    const calls = await atEachCall(make, async (fault) => {
      const tree = await lay();
      const look = lookBefore(tree.dir, 'a');
      const patch = new Map([
        ['AGENTS.md', { bytes: Buffer.from('- put back\n'), mode: 0o644 }],
        ['SKILL.md', undefined],
        ['more/x.md', { bytes: Buffer.from('x\n'), mode: 0o644 }],
      ]);
      const edit = await planOwnEdit(
        tree.dir,
        { skill: 'a', look, patch, by: { ...by, how: 'revert' } },
        new Date('2026-11-21T10:00:00Z'),
      );
      if (edit === undefined) throw new Error('there is something to change');
      const ended = survives(fault, () => applyOwnEdit(realSystem(), tree.dir, edit));
      await tree.notice();
      const rows = readEdits(tree.dir);
      expectChain(tree.dir, 'a', rows);
      // Either nothing was begun, or the edit is known as ours, or only some files were written.
      const isMade = skillRevision(tree.dir, 'a') === edit.row.after;
      expect(rows.map(({ how }) => how)).toEqual(isMade ? ['revert'] : rows.length === 0 ? [] : ['tool']);
      expect(skillRevision(tree.dir, 'a') === look?.rev).toBe(rows.length === 0);
      expect(
        loadRevision(tree.dir, 'a', look?.rev ?? '')
          ?.get('AGENTS.md')
          ?.bytes.toString(),
      ).toBe('- one\n');
      return ended;
    });
    expect(calls).toBeGreaterThan(10);
  },
);

test('an edit of our own keeps what it replaces, also where nobody has noticed that yet', async () => {
  const tree = await lay();
  tree.put('a', 'AGENTS.md', '- never noticed\n');
  const look = lookBefore(tree.dir, 'a');
  const patch = new Map([['AGENTS.md', { bytes: Buffer.from('- ours\n'), mode: 0o644 }]]);
  const edit = await planOwnEdit(tree.dir, { skill: 'a', look, patch, by }, new Date());
  if (edit !== undefined) applyOwnEdit(realSystem(), tree.dir, edit);
  expect(tree.get('a', 'AGENTS.md')).toBe('- ours\n');
  expect(
    loadRevision(tree.dir, 'a', look?.rev ?? '')
      ?.get('AGENTS.md')
      ?.bytes.toString(),
  ).toBe('- never noticed\n');
});

test('a history whose last row was torn keeps it apart from the next one', async () => {
  const tree = await lay();
  tree.put('a', 'AGENTS.md', '- two\n');
  const [row] = await tree.notice();
  fs.writeFileSync(tree.at(layout.edits), JSON.stringify(row).slice(0, 90));
  drainQueue(realSystem(), tree.dir);
  expect(readEdits(tree.dir)).toEqual([row]);
  expect(tree.queue()).toEqual([]);
});

test('of a history of years its end is read, and what was torn or written by others is passed over', async () => {
  const tree = await lay();
  tree.put('a', 'AGENTS.md', '- two\n');
  const [row] = await tree.notice();
  drainQueue(realSystem(), tree.dir);
  const file = tree.at(layout.edits);
  const line = fs.readFileSync(file);
  fs.truncateSync(file, 100 * 1024 * 1024);
  fs.appendFileSync(file, Buffer.concat([Buffer.from('\n{"half\nnot ours\n'), line]));
  expect(readEdits(tree.dir)).toEqual([row]);
  tree.put('a', 'AGENTS.md', '- three\n');
  expect((await tree.notice()).length).toBe(1);
  expect(drainQueue(realSystem(), tree.dir).length).toBe(1);
});

test('a queue with torn and strange files keeps them, and gives the rest', async () => {
  const tree = await lay();
  tree.put('a', 'AGENTS.md', '- two\n');
  const [row] = await tree.notice();
  const torn = `a.${'0'.repeat(16)}.edit.json`;
  fs.writeFileSync(tree.at(layout.queue, torn), JSON.stringify(row).slice(0, 90));
  fs.writeFileSync(tree.at(layout.queue, 'a.shape-ok.md'), '# a brief\n');
  fs.mkdirSync(tree.at(layout.queue, `b.${'1'.repeat(16)}.edit.json`));
  expect(drainQueue(realSystem(), tree.dir)).toEqual([row]);
  expect(tree.queue()).toEqual([torn, 'a.shape-ok.md', `b.${'1'.repeat(16)}.edit.json`]);
});

test('processes that edit and notice at once each find their edits, and none is noted twice', async () => {
  const tree = await lay();
  const skills = ['a', 'b', 'c'];
  for (const skill of skills) tree.put(skill, 'AGENTS.md', '# x\n');
  await tree.notice({}, new Date());
  const ends = skills.map((skill) => once(spawn(process.execPath, [program, tree.dir, skill, '6']), 'exit'));
  expect((await Promise.all(ends)).map(([status]) => status as unknown)).toEqual([0, 0, 0]);
  expect(await tree.notice({}, new Date())).toEqual([]);
  const rows = readEdits(tree.dir);
  const lines = rows.flatMap(({ changes }) => changes.flatMap(({ diff }) => diff?.split('\n') ?? []));
  for (const skill of skills) expectChain(tree.dir, skill, rows);
  const added = lines.filter((line) => /^\+- \d+ \d+$/.test(line));
  expect([added.length, new Set(added).size]).toEqual([18, 18]);
});

test('processes that are killed at any moment leave a history that goes on', async () => {
  const tree = await lay();
  tree.put('a', 'AGENTS.md', '# x\n');
  await tree.notice({}, new Date());
  for (let round = 0; round < 4; round += 1) {
    const running = spawn(process.execPath, [program, tree.dir, 'a', '1000']);
    const known = readEdits(tree.dir).length;
    while (readEdits(tree.dir).length < known + 2) await new Promise(setImmediate);
    running.kill('SIGKILL');
    await once(running, 'exit');
  }
  await tree.notice({}, new Date());
  const rows = readEdits(tree.dir, 'a');
  expectChain(tree.dir, 'a', rows);
  const lines = rows.flatMap(({ changes }) => changes.flatMap(({ diff }) => diff?.split('\n') ?? []));
  const added = lines.filter((line) => line.startsWith('+- ') && line !== '+- one').map((line) => line.slice(1));
  const loader = tree
    .get('a', 'AGENTS.md')
    .split('\n')
    .filter((line) => line.startsWith('- '));
  expect(added).toEqual(loader);
});
