import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { layout } from '../../core/paths.ts';
import type { Outcome } from '../command.ts';
import { alert } from './alert.ts';

let tree = '';
let log = '';
const raise = (cause: string, flags: Record<string, string | boolean> = {}): Promise<Outcome> =>
  alert({
    args: [cause],
    flags: { tree, ...flags },
    cwd: '/',
    env: {},
    terminal: false,
    confirm: async () => false,
  });
const held = (): string => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '');

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 9, 17), toFake: ['Date'] });
  tree = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-alert-'));
  log = path.join(tree, layout.alerts);
  fs.mkdirSync(path.join(tree, layout.skills), { recursive: true });
  fs.writeFileSync(path.join(tree, layout.program), '');
});
afterEach(() => {
  vi.useRealTimers();
  fs.rmSync(tree, { recursive: true });
});

test('an alert is noted once in an hour for one cause', async () => {
  expect((await raise('doctor-failed')).changed).toBe('state/log/alerts.log has the alert doctor-failed');
  expect(await raise('doctor-failed')).toMatchObject({
    ok: true,
    changed: undefined,
    unchanged: 'the alert doctor-failed was noted less than an hour ago',
  });
  await raise('disk-full');
  vi.setSystemTime(Date.UTC(2026, 10, 21, 10, 16, 59));
  await raise('doctor-failed');
  vi.setSystemTime(Date.UTC(2026, 10, 21, 10, 17));
  await raise('doctor-failed');
  expect(held()).toBe(
    '[2026-11-21T09:17:00.000Z] doctor-failed\n[2026-11-21T09:17:00.000Z] disk-full\n[2026-11-21T10:17:00.000Z] doctor-failed\n',
  );
});

test('with --dry it is only said', async () => {
  expect(await raise('doctor-failed', { dry: true })).toMatchObject({
    changed: undefined,
    unchanged: 'this is what would be noted',
  });
  expect(held()).toBe('');
});

test('lines of others, torn lines and rows of a clock that was set back keep nothing quiet', async () => {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  fs.writeFileSync(log, 'x\n[2027-01-01T00:00:00Z] doctor-failed\n[never] doctor-failed\n[2026-11-21T09:1');
  await raise('doctor-failed');
  expect(held()).toMatch(/\[2026-11-21T09:1\n\[2026-11-21T09:17:00\.000Z\] doctor-failed\n$/);
});

test('the log does not grow without end, and keeps its last rows whole', async () => {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const row = '[2026-11-20T00:00:00.000Z] doctor-failed\n';
  fs.writeFileSync(log, row.repeat(2_000));
  await raise('doctor-failed');
  const rows = held().split(/(?<=\n)/);
  expect(held().length).toBeLessThan(33_000);
  expect(new Set(rows.slice(0, -1))).toEqual(new Set([row]));
  expect(rows.at(-1)).toBe('[2026-11-21T09:17:00.000Z] doctor-failed\n');
});

test.each(['', 'Doctor', 'a b', '--x', 'a\nb', '../x', 'x'.repeat(65)])('%j is no cause', async (cause) => {
  await expect(raise(cause)).rejects.toMatchObject({ code: 'usage' });
  expect(held()).toBe('');
});
