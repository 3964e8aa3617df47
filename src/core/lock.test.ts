import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withLock, type LockHolder } from './lock.ts';
import { freshFolder } from './test-disk.ts';

const program = path.join(import.meta.dirname, 'lock.program.ts');
let dir: string;
let file: string;

beforeEach(() => {
  dir = freshFolder();
  file = path.join(dir, 'log', 'install.lock');
});

afterEach(() => fs.rmSync(dir, { recursive: true }));

function leave(holder: Partial<LockHolder>, ageMs = 0): void {
  const since = new Date(Date.now() - ageMs);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const text = { version: 1, token: 'x', pid: process.pid, host: os.hostname(), since: since.toISOString(), ...holder };
  fs.writeFileSync(file, JSON.stringify(text));
  fs.utimesSync(file, since, since);
}

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

test('the work is done under the lock, which is gone afterwards, also when the work fails', async () => {
  const seen = await withLock(file, { waitMs: 0 }, () => fs.statSync(file).mode & 0o777);
  expect(seen).toBe(0o600);
  const failing = withLock(file, { waitMs: 0 }, () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(fs.readdirSync(path.dirname(file))).toEqual([]);
});

test('a lock that is held makes the second say so once, and fail with who holds it', async () => {
  const said: (number | undefined)[] = [];
  await withLock(file, { waitMs: 0 }, async () => {
    const second = withLock(file, { waitMs: 200, onWait: (holder) => said.push(holder?.pid) }, () => 'never');
    await expect(second).rejects.toThrow(
      new RegExp(`another snappy is at work here: process ${process.pid} on ${os.hostname()}, since 20`),
    );
    expect(fs.existsSync(file)).toBe(true);
  });
  expect(said).toEqual([process.pid]);
});

test('the second comes in when the first is done', async () => {
  const order: string[] = [];
  let second: Promise<unknown> = Promise.resolve();
  await withLock(file, { waitMs: 0 }, async () => {
    await new Promise<void>((resolve) => {
      second = withLock(file, { waitMs: 30_000, onWait: () => resolve() }, () => order.push('second'));
    });
    order.push('first');
  });
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('the lock of a process that was killed is taken over at once', async () => {
  const { signal } = spawnSync(process.execPath, [program, file, '', 'die']);
  expect(signal).toBe('SIGKILL');
  expect(fs.existsSync(file)).toBe(true);
  expect(await withLock(file, { waitMs: 0 }, () => 'mine')).toBe('mine');
});

test.each([
  ['of a process that has died', () => leave({ pid: deadPid() })],
  ['of another machine, eleven minutes old', () => leave({ host: 'elsewhere' }, 11 * 60_000)],
  [
    'that its process was killed in writing',
    () => (leave({}, 20_000), fs.truncateSync(file), fs.utimesSync(file, 1, 1)),
  ],
  ['whose process number is another process’s now', () => leave({ process: 'long ago' })],
])('a lock %s is taken over', async (_, lay) => {
  lay();
  expect(await withLock(file, { waitMs: 0 }, () => 'mine')).toBe('mine');
});

test.each([
  ['of a process that lives', () => leave({})],
  ['of another machine, nine minutes old', () => leave({ host: 'elsewhere' }, 9 * 60_000)],
  ['that is being written', () => (leave({}), fs.truncateSync(file))],
])('a lock %s is respected', async (_, lay) => {
  lay();
  await expect(withLock(file, { waitMs: 0 }, () => 'mine')).rejects.toThrow('another snappy is at work here');
  expect(fs.existsSync(file)).toBe(true);
});

test('a takeover that was killed half way does not stand in the way of the next', async () => {
  leave({ pid: deadPid() });
  fs.copyFileSync(file, `${file}.takeover`);
  expect(await withLock(file, { waitMs: 5_000 }, () => 'mine')).toBe('mine');
  expect(fs.readdirSync(path.dirname(file))).toEqual([]);
});

test('a lock that another has taken over in between is not removed', async () => {
  leave({ pid: deadPid() });
  const open = fs.openSync;
  const spy = vi.spyOn(fs, 'openSync').mockImplementation((name, ...rest) => {
    // Between the look at what was left behind and its removal, somebody else comes to hold the lock.
    if (name === `${file}.takeover`) leave({ token: 'of the other' });
    return open(name, ...rest);
  });
  await expect(withLock(file, { waitMs: 0 }, () => 'mine')).rejects.toThrow(`process ${process.pid}`);
  spy.mockRestore();
  expect(fs.readFileSync(file, 'utf8')).toContain('of the other');
});

test('a folder in the place of the lock is left alone', async () => {
  fs.mkdirSync(file, { recursive: true });
  await expect(withLock(file, { waitMs: 0 }, () => 'mine')).rejects.toThrow('is not a lock of ours');
});

test('processes that race for a lock, and for one left behind, are in it one at a time', async () => {
  const counter = path.join(dir, 'counter');
  fs.writeFileSync(counter, '0');
  const racers = [1, 2, 3].map(
    () =>
      new Promise<number | null>((resolve, reject) => {
        const child = spawn(process.execPath, [program, file, counter, '50'], { stdio: 'inherit' });
        child.on('error', reject);
        child.on('close', resolve);
      }),
  );
  expect(await Promise.all(racers)).toEqual([0, 0, 0]);
  expect(fs.readFileSync(counter, 'utf8')).toBe('150');
});
