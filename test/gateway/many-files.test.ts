import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { freshFolder } from '../../src/core/test-disk.ts';
import { limits } from '../../src/sync/wire/limits.ts';
import { makeScene } from '../program.ts';
import { startGateway } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { joinTree, operatorOf } from './trees.ts';
import type { Tree } from './trees.ts';

const megabyte = 1024 * 1024;
/** About twice what was seen: 530 MB for a pull of all, 420 MB for a push of all, 380 MB of the gateway. */
const atMost = { client: 1_024 * megabyte, gateway: 600 * megabyte } as const;
const count = 100_000;
const perFolder = 500;

// In memory where there is such a disk: to lay them takes a second there, and may take a minute elsewhere.
const scene = makeScene(freshFolder());
let gateway: GatewayProcess;
let one: Tree;
let two: Tree;

const nameOf = (n: number): string => `sources/many/${Math.floor(n / perFolder)}/${n}.md`;
const textOf = (n: number): string => `# ${n}\n\n${'What is kept here is of no use to anybody. '.repeat(2)}${n}\n`;

/** Writes the files of these numbers. */
function layFiles(tree: Tree, from: number, to: number): void {
  for (let n = from; n < to; n += 1) {
    const file = path.join(tree.dir, nameOf(n));
    if (n === from || n % perFolder === 0) fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, textOf(n));
  }
}

/** The most memory that a process has had so far, in bytes; a program tells of itself before it ends. */
function peakOf(status: string): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1_024;
}
const gatewayPeak = (): number => peakOf(fs.readFileSync(`/proc/${gateway.pid}/status`, 'utf8'));

const watcher = `const fs = require('node:fs');
process.on('exit', () => fs.writeFileSync(process.env.PEAK, fs.readFileSync('/proc/self/status')));
`;

/** Runs a command that has to end well; gives how much memory it took at most. */
async function peakOfCommand(tree: Tree, ...args: string[]): Promise<number> {
  const ended = await tree.snappyUnder(['--require', path.join(scene.dir, 'watcher.cjs')], ...args);
  expect(ended, args.join(' ')).toMatchObject({ status: 0, stderr: '' });
  return peakOf(scene.read('peak'));
}

beforeAll(async () => {
  scene.write('watcher.cjs', watcher);
  scene.env['PEAK'] = path.join(scene.dir, 'peak');
  const operator = operatorOf(scene);
  gateway = await startGateway(scene, ['--data', path.join(scene.dir, 'gateway'), '--apply']);
  one = await joinTree(scene, 'one', operator);
  two = await joinTree(scene, 'two', one, '--same-tenant');
  layFiles(one, 0, count);
});

test(`${count} files are pushed and pulled whole, and then one more of them`, async () => {
  const words = ['--scope', 'all', '--apply'];
  const seen: Record<string, number> = {};
  seen['first push'] = await peakOfCommand(one, 'push', ...words);
  seen['full pull'] = await peakOfCommand(two, 'pull', ...words);
  expect(two.files()).toEqual(one.files());

  one.write(nameOf(count), textOf(count));
  one.write(nameOf(7), 'changed\n');
  seen['push of one'] = await peakOfCommand(one, 'push', ...words);
  seen['pull of one'] = await peakOfCommand(two, 'pull', ...words);
  expect([nameOf(count), nameOf(7), nameOf(8)].map((file) => two.read(file))).toEqual([
    textOf(count),
    'changed\n',
    textOf(8),
  ]);
  for (const [what, peak] of Object.entries(seen)) expect(peak, what).toBeLessThan(atMost.client);
  expect(gatewayPeak()).toBeLessThan(atMost.gateway);
}, 240_000);

test(`more than ${limits.files} are refused, with how many there may be, and nothing is changed`, async () => {
  const revOf = async (): Promise<unknown> => (await two.json('pull', '--scope', 'all', '--apply'))['tiers'];
  await revOf();
  const before = await revOf();
  layFiles(one, count, limits.files + 1);
  const known = one.known();
  const { status, stderr } = await one.snappy('push', '--scope', 'all', '--apply');
  expect(stderr).toContain(String(limits.files));
  expect(status).toBe(3);
  expect(one.known()).toBe(known);
  expect(await revOf()).toEqual(before);
});
