import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshot } from '../src/core/test-disk.ts';
import { runtimes } from '../src/runtimes/table.ts';
import { makeWorld, settingsBefore, told } from './install-world.ts';

const ids = runtimes.map(({ id }) => id).toSorted();

describe('all ten runtimes, known by their folders', () => {
  const world = makeWorld(settingsBefore);
  const before = world.entries();

  test('are wired by one command, and left byte for byte as they were by another', () => {
    const first = world.snappy('install', '--apply', '--json');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const { runtimes: wired } = JSON.parse(first.stdout) as { runtimes: { id: string; changes: unknown[] }[] };
    expect(
      wired
        .filter(({ changes }) => changes.length > 0)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(ids);
    expect(told(first).report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    const installed = world.entries();

    const second = world.snappy('install', '--apply');
    expect(second.stdout).toMatch(/\nNothing was changed: all of it is wired already\.\n$/);
    expect(world.entries()).toEqual(installed);

    const gone = world.snappy('uninstall', '--apply');
    expect(gone).toMatchObject({ status: 0, stderr: '' });
    expect(gone.stdout).toMatch(/\nChanged: /);
    expect(world.entries()).toEqual(before);
    expect(world.snappy('uninstall', '--apply').stdout).toMatch(/\nNothing was changed: nothing of snappy-os is wired/);
  });

  test('keep what the user edits outside our marks in between', () => {
    world.snappy('install', '--apply');
    const edits = [
      ['.claude/settings.json', '"opus"', '"haiku"'],
      ['.codex/config.toml', 'model = "gpt"', 'model = "gpt-next"'],
      ['.codex/AGENTS.md', 'Be short.', 'Be very short.'],
      ['.gemini/settings.json', '"Dark", /* why */', '"Light", /* because */'],
      ['.openclaw/openclaw.json', '0x4000', '+0x4001'],
      ['.cursor/hooks.json', './mine.sh', './mine-too.sh'],
      ['.codeium/windsurf/memories/global_rules.md', 'Be kind.', 'Be kind.\r\nAlways.'],
    ] as const;
    for (const [file, from, to] of edits) {
      expect(world.read(file)).toContain(from);
      world.put(file, world.read(file).replace(from, to));
    }
    const edited = world.entries();
    expect(world.snappy('install', '--apply').stdout).toContain('all of it is wired already');
    expect(world.entries()).toEqual(edited);
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    for (const [file, from, to] of edits)
      expect(world.read(file), file).toBe((settingsBefore[file] ?? '').replace(from, to));
    for (const [file, text] of Object.entries(settingsBefore)) world.put(file, text);
    expect(world.entries()).toEqual(before);
  });

  test('are checked by --check: status 1 before, 0 after, and nothing is written', () => {
    const tree = snapshot(world.tree);
    expect(world.snappy('install', '--check')).toMatchObject({ status: 1, stderr: '' });
    expect(world.entries()).toEqual(before);
    expect(snapshot(world.tree)).toEqual(tree);
    world.snappy('install', '--apply');
    const check = world.snappy('install', '--check', '--json');
    expect(check.status).toBe(0);
    expect(told(check).report.mode).toBe('check');
    fs.rmSync(world.at('.pi/agent/extensions/snappy.js'));
    expect(world.snappy('install', '--check').status).toBe(1);
  });

  test('have their report in the tree', () => {
    world.snappy('install', '--apply');
    const report = JSON.parse(fs.readFileSync(path.join(world.tree, '.bootstrap-report.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(report).toMatchObject({
      mode: 'apply',
      versions: { snappy: expect.any(String) as unknown, node: process.version },
      checks: expect.arrayContaining([{ name: 'program.md', status: 'ok', message: 'is there' }]) as unknown,
    });
    const steps = report['steps'] as { step: number; status: string; ms: number }[];
    expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { status, ms } of steps) {
      expect(['ok', 'changed', 'skipped', 'warn', 'failed']).toContain(status);
      expect(ms).toBeGreaterThanOrEqual(0);
    }
  });
});
