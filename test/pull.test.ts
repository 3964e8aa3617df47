import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { layout } from '../src/core/paths.ts';
import { snapshot } from '../src/core/test-disk.ts';
import { findGateway } from '../src/sync/gateway/connection.ts';
import { applyPush } from '../src/sync/gateway/push-apply.ts';
import { builtProgram } from './program.ts';
import { write } from './push-calls.ts';
import { serveGateway } from './served-gateway.ts';

const served = await serveGateway();
const skill = 'state/skills/ship/SKILL.md';
const ship = (...lines: string[]): string =>
  `---\nname: ship\ndescription: Ships.\n---\n# Ship\n\n${lines.map((line) => `- ${line}\n`).join('')}`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program to its end; this process is the gateway and must go on meanwhile. */
function snappy(tree: string, ...args: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOME: path.dirname(tree), SNAPPY_KERNEL: path.join(tree, '..', 'kernel') };
  const child = spawn(process.execPath, [builtProgram, ...args, '--tree', tree], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  return new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

const read = (tree: string, file: string): string => fs.readFileSync(path.join(tree, file), 'utf8');
const push = (tree: string): Promise<unknown> =>
  applyPush({ tree, root: tree, gateway: findGateway(tree, {}), repo: 'os', scope: 'all', env: {} });

let one = '';
let two = '';
beforeAll(async () => {
  one = await served.join();
  two = await served.join({ of: one });
  write(one, skill, ship('one', 'two'));
  write(one, 'state/hooks/run.sh', '#!/bin/sh\n');
  write(one, 'sources/notes.md', 'notes\n');
  await push(one);
});

test('a pull shows its plan and changes nothing; with --apply it brings in, and the next one has nothing to do', async () => {
  const before = snapshot(two);
  const plan = await snappy(two, 'pull');
  expect(plan).toMatchObject({ status: 0, stderr: '' });
  expect(plan.stdout).toContain('To bring in: 2 files');
  expect(plan.stdout).toContain(skill);
  expect(plan.stdout).toMatch(/Programs, which will run here:\s+state\/hooks\/run\.sh/);
  expect(plan.stdout).not.toContain('sources/notes.md');
  expect(plan.stdout.trimEnd()).toMatch(/Nothing was changed: this was the plan; add --apply to carry it out\.$/);
  expect(snapshot(two)).toEqual(before);

  const applied = await snappy(two, 'pull', '--apply');
  expect(applied).toMatchObject({ status: 0, stderr: '' });
  expect(applied.stdout.trimEnd()).toMatch(/Changed: \d files of os brought in\.$/);
  expect(read(two, skill)).toBe(ship('one', 'two'));
  expect(fs.existsSync(path.join(two, 'sources'))).toBe(false);

  const again = await snappy(two, 'pull', '--apply');
  expect(again.stdout.trimEnd()).toMatch(/Nothing was changed: all of state\/ that the gateway has for you is here\.$/);
  expect(again.stdout).toMatch(/\d files? beyond state\/ not looked at: snappy pull --scope all/);
  const all = await snappy(two, 'pull', '--scope', 'all', '--apply', '--json');
  expect(JSON.parse(all.stdout)).toMatchObject({
    applied: true,
    scope: 'all',
    items: [{ path: 'sources/notes.md', change: 'new', tier: 'private', size: 6 }],
  });
});

test('what both machines have learned is merged, and a row says that it was pulled', async () => {
  write(one, skill, ship('first', 'one', 'two'));
  await push(one);
  write(two, skill, ship('one', 'two', 'last'));
  const { stdout, stderr, status } = await snappy(two, 'pull', '--apply');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toContain('Merged, as both sides had changed them');
  expect(read(two, skill)).toBe(ship('first', 'one', 'two', 'last'));
  const rows = read(two, 'state/log/sync-events.ndjson')
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as unknown);
  expect(rows.at(-1)).toMatchObject({ op: 'pull', repo: 'os', scope: 'state', ok: true });
});

test('of a file that the seed has laid, and two machines have edited, the merge begins with what was laid', async () => {
  const file = 'state/skills/snappy-ops/SKILL.md';
  const laid = fs.readFileSync(path.resolve('seed', file), 'utf8');
  const lines = laid.split('\n').filter((line) => line.length > 40);
  const [first = '', gone = '', last = ''] = [lines[3], lines[9], lines.at(-1)];
  const manifest = { _v: 1, version: '0.0.0', files: { [file]: createHash('sha256').update(laid).digest('hex') } };
  for (const tree of [one, two]) {
    write(tree, file, laid);
    write(tree, layout.manifest, JSON.stringify(manifest));
  }
  write(one, file, laid.replace(first, `${first} And one.`));
  await push(one);
  write(two, file, laid.replace(last, `${last} And two.`).replace(`${gone}\n`, ''));
  const { stdout } = await snappy(two, 'pull', '--apply');
  expect(stdout).toContain('Merged, as both sides had changed them');
  const both = laid.replace(first, `${first} And one.`).replace(last, `${last} And two.`);
  expect(read(two, file)).toBe(both.replace(`${gone}\n`, ''));
});

test('flags that are none, and a tree that belongs nowhere, are usage errors that say what to do', async () => {
  const alone = served.makeTree();
  for (const args of [
    ['--scope', 'some'],
    ['--repo', 'other'],
  ]) {
    const { status, stderr } = await snappy(two, 'pull', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain('expected one of');
  }
  const { status, stderr } = await snappy(alone, 'pull');
  expect(status).toBe(2);
  expect(stderr).toContain('snappy invite redeem');
});

test('the library that is not there comes into a folder of its own, with nothing of ours left in it', async () => {
  const { status, stdout } = await snappy(two, 'pull', '--repo', 'kernel', '--apply');
  expect(status).toBe(0);
  expect(stdout).toContain('Nothing was changed');
  expect(fs.existsSync(path.join(two, '..', 'kernel'))).toBe(false);
});
