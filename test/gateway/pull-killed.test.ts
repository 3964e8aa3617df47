import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { realSystem } from '../../src/core/system.ts';
import { noticeEdits } from '../../src/loop/edits/notice.ts';
import { TestGateway } from '../../src/sync/gateway/test-pull-gateway.ts';
import { filesBelow, makeTree } from '../../src/sync/gateway/test-pull-world.ts';
import { pullRepo } from '../../src/sync/gateway/pull.ts';
import { hasOpenSwap } from '../../src/sync/gateway/swap.ts';

const program = path.resolve(import.meta.dirname, '../../src/sync/gateway/pull.program.ts');
const gateway = new TestGateway();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-pull-killed-'));
afterAll(async () => {
  await gateway.close();
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
});

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Pulls in a process of its own, since this one is the gateway, and kills it at a call. */
function pullKilledAt(tree: string, url: string, at: number): Promise<Ended> {
  const child = spawn(process.execPath, ['--no-warnings', program, tree, url, String(at)]);
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  return new Promise((resolve) => {
    child.on('close', (_status, signal) => resolve({ signal, stderr }));
  });
}

/** The edits that a tree knows of, without their times. */
function editsOf(tree: string): string[] {
  const file = path.join(tree, 'state/log/edits.ndjson');
  if (!fs.existsSync(file)) return [];
  const rows = fs.readFileSync(file, 'utf8').trim().split('\n');
  return rows
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ skill, before, after }) => [skill, before, after].join(' '))
    .toSorted();
}

test('a pull that is killed at any call leaves the old tree or one that the next pull brings to the new one', async () => {
  const url = await gateway.listen();
  const skill = 'state/skills/ship/SKILL.md';
  const loader = 'state/skills/ship/AGENTS.md';
  const ship = (...lines: string[]): string => `# Ship\n\n${lines.map((line) => `- ${line}\n`).join('')}`;
  const old = {
    [skill]: ship('one', 'two'),
    [loader]: ship('exit status 1 is a failure'),
    'state/skills/gone/SKILL.md': 'gone',
    'state/skills/there/SKILL.md': 'there',
  };
  gateway.set('private', old);
  gateway.set('public', { 'state/skills/read/SKILL.md': 'read' });
  const world = makeTree(gateway, url);
  await world.pull();
  // Somebody's session looks at the tree: what is edited from now on is known to be.
  await noticeEdits(realSystem(), world.tree, { runtime: 'none', session: '', how: 'found' }, new Date());
  world.write(skill, ship('one', 'two', 'mine'));
  world.write(loader, ship('exit status 1 is a finding'));
  gateway.set('private', {
    [skill]: ship('theirs', 'one', 'two'),
    [loader]: ship('exit status 1 is a warning'),
    'state/skills/there/SKILL.md': 'there, newer',
    'state/skills/fresh/SKILL.md': 'fresh',
    'state/skills/fresh/resources/r.md': 'r',
    'state/one.md': 'one',
  });
  gateway.set('public', { 'state/skills/read/SKILL.md': 'read, newer' });
  const before = world.files();

  const copy = (name: string): string => {
    const tree = path.join(scratch, name);
    fs.cpSync(world.tree, tree, { recursive: true, preserveTimestamps: true });
    return tree;
  };
  const whole = copy('whole');
  expect(await pullKilledAt(whole, url, 100_000)).toEqual({ signal: null, stderr: '' });
  const after = filesBelow(whole);
  expect(after).toMatchObject({ [skill]: ship('theirs', 'one', 'two', 'mine'), 'state/one.md': 'one' });
  const edits = editsOf(whole);
  expect(edits).toHaveLength(1);

  const untouched = new Set<number>();
  let [at, isOver] = [0, false];
  while (!isOver) {
    at += 1;
    const tree = copy(`at-${at}`);
    // How many calls there are depends on how long ago files were changed: it is over when a run comes to its end.
    const { signal, stderr: fault } = await pullKilledAt(tree, url, at);
    expect([signal, fault], `call ${at}`).toEqual([signal === null ? null : 'SIGKILL', '']);
    isOver = signal === null;
    const found = filesBelow(tree);
    if (JSON.stringify(found) === JSON.stringify(before)) untouched.add(at);
    // Each file is the old or the new one, never half of one.
    for (const [file, text] of Object.entries(found))
      expect([Reflect.get(before, file), Reflect.get(after, file)], `call ${at}: ${file}`).toContain(text);
    const request = { ...world.request, tree, root: tree };
    await pullRepo(request);
    expect(filesBelow(tree), `call ${at}`).toEqual(after);
    expect(editsOf(tree), `call ${at}`).toEqual(edits);
    expect((await pullRepo(request)).items, `call ${at}`).toEqual([]);
    expect(hasOpenSwap(tree), `call ${at}`).toBe(false);
    fs.rmSync(tree, { recursive: true, force: true, maxRetries: 10 });
  }
  // All that takes time comes before the first file of the tree is touched.
  expect(untouched.size).toBeGreaterThan(10);
  expect(at).toBeGreaterThan(40);
  fs.rmSync(world.tree, { recursive: true, force: true });
});
