import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { put, snapshot, testHome } from '../../install/test-home.ts';
import type { Invocation } from '../command.ts';
import { install, uninstall } from './install.ts';

const here = testHome();

function invocation(flags: Invocation['flags'], rest: Partial<Invocation> = {}): Invocation {
  const all = { tree: here.tree, home: here.home, runtime: 'claude-code', ...flags };
  return { args: [], flags: all, cwd: here.base, env: {}, terminal: false, confirm: async () => false, ...rest };
}

describe('the plan', () => {
  test('is shown as a diff and the links, and nothing is changed without consent', async () => {
    put(here.settings, '{\n  "model": "opus"\n}\n');
    const before = [snapshot(here.home), snapshot(here.tree)];
    const outcome = await install(invocation({}));
    expect(outcome).toMatchObject({ ok: true, unchanged: 'this was the plan; add --apply to carry it out' });
    expect(outcome.text).toContain(`+++ ${here.settings}`);
    expect(outcome.text).toMatch(/\n-  "model": …\n\+  "model": …,\n\+  "hooks": \{\n/);
    expect(outcome.text).toMatch(/\nlink {4}.*\.claude\/skills -> .*state\/skills\n/);
    expect([snapshot(here.home), snapshot(here.tree)]).toEqual(before);
  });

  test('is data for a program', async () => {
    const { data } = await install(invocation({ json: true }));
    expect(data).toMatchObject({
      command: 'install',
      applied: false,
      runtimes: [{ id: 'claude-code', changes: [{ kind: 'write', path: here.settings }] }],
      skills: { changes: [{ kind: 'symlink' }], faults: [] },
      report: { mode: 'plan', steps: expect.arrayContaining([expect.objectContaining({ name: 'smoke' })]) },
    });
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });
});

describe('consent', () => {
  test('is --apply, and --dry overrules it', async () => {
    expect((await install(invocation({ apply: true, dry: true }))).changed).toBeUndefined();
    expect(fs.existsSync(here.settings)).toBe(false);
    expect((await install(invocation({ apply: true }))).changed).toBe(`${here.settings}, 1 skill link made`);
    expect(fs.existsSync(here.settings)).toBe(true);
  });

  test('is SNAPPY_BOOTSTRAP_APPLY=1 for install, but not for uninstall', async () => {
    const env = { SNAPPY_BOOTSTRAP_APPLY: '1' };
    expect((await install(invocation({}, { env }))).changed).toBeDefined();
    expect((await uninstall(invocation({}, { env }))).changed).toBeUndefined();
  });

  test('is the yes of a person who has seen the plan', async () => {
    const confirm = vi.fn<Invocation['confirm']>().mockResolvedValueOnce(false).mockResolvedValueOnce(true);
    expect((await install(invocation({}, { terminal: true, confirm }))).changed).toBeUndefined();
    expect((await install(invocation({}, { terminal: true, confirm }))).changed).toBeDefined();
    expect(confirm.mock.calls[0]?.[1]).toContain('Claude Code (claude-code)');
  });
});

test('a machine that is as asked is left alone, and said to be', async () => {
  expect(await uninstall(invocation({ apply: true }))).toMatchObject({
    unchanged: 'nothing of snappy-os is wired here',
  });
  await install(invocation({ apply: true }));
  expect(await install(invocation({ apply: true }))).toMatchObject({ unchanged: 'all of it is wired already' });
  expect((await uninstall(invocation({ apply: true }))).changed).toBe('2 files or links removed');
  expect(snapshot(here.home)).toEqual({});
});

test('a home that is no folder, and a runtime that is not known, are wrong usage', async () => {
  await expect(install(invocation({ home: 'nowhere' }))).rejects.toMatchObject({
    code: 'usage',
    hint: `looked for ${path.join(here.base, 'nowhere')}`,
  });
  await expect(install(invocation({ runtime: 'emacs' }))).rejects.toMatchObject({ code: 'usage' });
});
