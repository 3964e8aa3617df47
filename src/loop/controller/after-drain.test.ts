import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { appendJsonRow } from '../../../seed/state/lib/log.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { drain } from '../briefs/drain.ts';
import { writeRegenConfig } from '../config.ts';
import { takeBaseline } from '../edits/accept.ts';
import type { NoticedBy } from '../edits/edit-row.ts';
import { noticeEdits } from '../edits/notice.ts';
import { readEdits } from '../edits/queue.ts';
import { restoreRevision } from '../edits/restore.ts';
import { afterDrain } from './after-drain.ts';
import type { Afterwards } from './after-drain.ts';
import { at, runsOf, times } from './test-rows.ts';

const loaderFile = 'state/skills/tool/AGENTS.md';
const facts = [
  'alpha takes 3 retries',
  'beta wants `--quiet` first',
  'gamma ends with status 4',
  'delta reads $HOME/x',
  'epsilon is slow on 8 cores',
];
const loader = (lines: readonly string[]): string =>
  `# tool\n\n## Facts\n\n${lines.map((line) => `- ${line}\n`).join('')}`;
const by = { runtime: 'codex', session: 'session-9' };

let tree: TestTree;
let minute = 0;
const now = (): Date => new Date(at((minute += 1)));

beforeEach(() => {
  minute = 10_000;
  tree = makeTestTree({
    'state/skills/tool/SKILL.md': '---\nname: tool\ndescription: x\n---\n# tool\n',
    [loaderFile]: loader(facts),
  });
  takeBaseline(realSystem(), tree.dir);
});
afterEach(() => tree.remove());

const allow = (revert: 'ask' | 'auto'): void =>
  writeRegenConfig(realSystem(), tree.dir, { _v: 1, mode: 'attended', runtime: null, revert, maxOpen: 2 });

const revision = (): string => skillRevision(tree.dir, 'tool') ?? '';

async function writeLoader(text: string, who: Partial<NoticedBy> = {}): Promise<void> {
  fs.writeFileSync(path.join(tree.dir, loaderFile), text);
  await noticeEdits(realSystem(), tree.dir, { ...by, how: 'tool', ...who }, now());
}

function grade(score: number, count = 30): void {
  for (const row of runsOf(revision(), times(count, score))) appendJsonRow(path.join(tree.dir, layout.evals), row);
}

/** A drain with what follows it, and the drain of what that has changed. */
async function stop(): Promise<Afterwards & { readonly briefs: readonly string[] }> {
  const system = realSystem();
  const first = await drain(system, tree.dir, { now: now() });
  const after = await afterDrain(system, tree.dir, { states: first.states, by, now: now() });
  const second = await drain(system, tree.dir, { now: now() });
  const ofLoader = second.briefs.filter(({ kind }) => kind === 'loader-rewritten').flatMap(({ reasons }) => reasons);
  return { ...after, briefs: [...new Set(ofLoader.map(({ rule }) => rule))] };
}

async function makeWorse(): Promise<void> {
  grade(0.8);
  await writeLoader(loader([...facts, 'zeta must always be forced']));
  grade(0.6);
}

test('a revision that did worse is put back where its owner has agreed, and the next turn is told', async () => {
  allow('auto');
  const good = revision();
  await makeWorse();
  const worse = revision();
  const done = await stop();
  expect(done.changed).toEqual(['tool']);
  expect(done.notes[0]).toContain(
    `revision ${good} was put back, ${worse} did worse: 0.60 over 30 runs, 0.80 over 30 before`,
  );
  expect(revision()).toBe(good);
  expect(readEdits(tree.dir).at(-1)).toMatchObject({ how: 'revert', before: worse, after: good, ...by });
  expect(done.briefs).toEqual(['reverted']);
  expect(tree.read('state/log/regen-queue/tool.loader-rewritten.md')).toContain(
    'no longer there: - zeta must always be forced',
  );
});

test('where its owner has not agreed it is a brief, and nothing is changed', async () => {
  allow('ask');
  await makeWorse();
  const worse = revision();
  const done = await stop();
  expect(done).toMatchObject({ changed: [], notes: [], briefs: ['regressed'] });
  expect(revision()).toBe(worse);
});

test('what was put back is not put back again when somebody brings the other one in once more', async () => {
  allow('auto');
  await makeWorse();
  await stop();
  await writeLoader(loader([...facts, 'zeta must always be forced']));
  const again = revision();
  grade(0.6);
  expect((await stop()).changed).toEqual([]);
  expect(revision()).toBe(again);
});

test('an edit made since the runs is not gone over', async () => {
  allow('auto');
  await makeWorse();
  await writeLoader(loader([...facts, 'zeta must always be forced', 'eta is new']));
  const newest = revision();
  expect((await stop()).changed).toEqual([]);
  expect(revision()).toBe(newest);
});

test('an edit that nobody has noticed yet is not gone over either', async () => {
  allow('auto');
  await makeWorse();
  const { states } = await drain(realSystem(), tree.dir, { now: now() });
  fs.appendFileSync(path.join(tree.dir, loaderFile), '- by hand, a moment ago\n');
  expect(await afterDrain(realSystem(), tree.dir, { states, by, now: now() })).toEqual({ changed: [], notes: [] });
  expect(tree.read(loaderFile)).toContain('by hand, a moment ago');
});

test('a revision that is kept no more is said, and does not stop the other skills', async () => {
  allow('auto');
  await makeWorse();
  fs.rmSync(path.join(tree.dir, layout.revisions, 'objects'), { recursive: true });
  const done = await stop();
  expect(done.changed).toEqual([]);
  expect(done.notes[0]).toMatch(/^tool: no whole revision/);
});

test('lines that a rewrite has lost are put back where they stood, and what it added stays', async () => {
  allow('auto');
  await writeLoader(loader(['alpha takes 3 retries', 'zeta is new here']));
  const done = await stop();
  expect(done).toMatchObject({
    changed: ['tool'],
    notes: ['tool: 4 lines that a rewrite had lost were put back'],
    briefs: [],
  });
  expect(tree.read(loaderFile).match(/^- .*/gm)?.toSorted()).toEqual(
    [...facts, 'zeta is new here'].map((line) => `- ${line}`).toSorted(),
  );
  expect(readEdits(tree.dir).at(-1)).toMatchObject({ how: 'merge', ...by });
});

test('a loader that is no UTF-8 is left as it is, and the reason is said', async () => {
  allow('auto');
  await writeLoader(loader(['alpha takes 3 retries', 'zeta is new here']));
  const bytes = Buffer.concat([Buffer.from(tree.read(loaderFile)), Buffer.from('- by Zo\u00eb\n', 'latin1')]);
  fs.writeFileSync(path.join(tree.dir, loaderFile), bytes);
  await noticeEdits(realSystem(), tree.dir, { ...by, how: 'tool' }, now());
  expect(await stop()).toMatchObject({ changed: [], notes: [expect.stringContaining('the loader is no UTF-8')] });
  expect(fs.readFileSync(path.join(tree.dir, loaderFile)).equals(bytes)).toBe(true);
});

describe('lines that were put back and are taken out once more', () => {
  const short = loader(['alpha takes 3 retries']);

  test('by the same session stay out: it means it', async () => {
    allow('auto');
    await writeLoader(short);
    await stop();
    await writeLoader(short);
    expect(await stop()).toMatchObject({ changed: [], briefs: ['lines-lost'] });
    expect(tree.read(loaderFile)).toBe(short);
  });

  test('by somebody unknown stay out too', async () => {
    allow('auto');
    await writeLoader(short, { how: 'found', session: 'one' });
    await stop();
    await writeLoader(short, { how: 'found', session: 'two' });
    expect((await stop()).changed).toEqual([]);
  });

  test('by another session are put back once more: it has lost them by itself', async () => {
    allow('auto');
    for (const session of ['one', 'two', 'three']) {
      await writeLoader(short, { session });
      expect(await stop()).toMatchObject({ changed: ['tool'], briefs: [] });
      for (const fact of facts) expect(tree.read(loaderFile)).toContain(`- ${fact}\n`);
    }
  });

  test('one by one stay out: that is no collapse', async () => {
    allow('auto');
    await writeLoader(short, { session: 'one' });
    await stop();
    await writeLoader(tree.read(loaderFile).replace('- delta reads $HOME/x\n', ''), { session: 'two' });
    expect((await stop()).changed).toEqual([]);
    expect(tree.read(loaderFile)).not.toContain('delta');
  });
});

test('lines that went with a revert are not put back as if they were lost', async () => {
  allow('ask');
  const first = revision();
  await writeLoader(
    loader([...facts, ...['one', 'two', 'three', 'four'].map((word) => `deck ${word} opens in summer`)]),
  );
  await writeLoader(loader(['alpha takes 3 retries', 'zeta is new here']));
  await restoreRevision(realSystem(), tree.dir, { skill: 'tool', rev: first, by }, now());
  allow('auto');
  expect((await stop()).changed).toEqual([]);
  expect(revision()).toBe(first);
});

test('a drain that finds nothing to do changes nothing', async () => {
  allow('auto');
  const before = tree.files();
  expect(await afterDrain(realSystem(), tree.dir, { states: [], by, now: now() })).toEqual({ changed: [], notes: [] });
  expect(tree.files()).toEqual(before);
});
