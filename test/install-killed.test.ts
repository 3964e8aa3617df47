import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { builtProgram, type Ended } from './program.ts';
import { makeWorld, settingsBefore } from './install-world.ts';

/** Loaded before the program: counts its changes of the file system, and kills it where it comes to the n-th. */
const killer = `
const fs = require('node:fs');
let count = 0;
const changing = ['openSync', 'writeFileSync', 'renameSync', 'symlinkSync', 'linkSync', 'mkdirSync', 'rmdirSync', 'rmSync', 'unlinkSync'];
for (const name of changing) {
  const real = fs[name];
  fs[name] = (...args) => {
    const reads = name === 'openSync' && (args[1] === undefined || args[1] === 'r');
    if (!reads && ++count === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}
require('node:module').syncBuiltinESMExports();
process.on('exit', () => process.env.KILL_AT === 'never' && process.stderr.write('changes: ' + count));
`;

const kept = { ...settingsBefore, '.claude/skills/skill/SKILL.md': 'a day of work' };
const world = makeWorld(kept);
const { scene, home, tree } = world;
const before = world.entries();
const named = ['--runtime', 'claude-code,codex,gemini,openclaw'];
scene.write('killer.cjs', killer);
const asLaid = { home: path.join(scene.dir, 'home-before'), tree: path.join(scene.dir, 'tree-before') };
scene.run('cp', '-a', home, asLaid.home);
scene.run('cp', '-a', tree, asLaid.tree);

/** Runs `snappy` until change `at` of the file system, and no further. */
function cutOff(at: number | 'never', ...args: string[]): Ended {
  scene.env['KILL_AT'] = String(at);
  const ended = scene.run(process.execPath, '--require', path.join(scene.dir, 'killer.cjs'), builtProgram, ...args);
  delete scene.env['KILL_AT'];
  return ended;
}

const countOf = ({ stderr }: Ended): number => Number(/changes: (\d+)/.exec(stderr)?.[1]);

/** Some of the moments of a run with so many changes; those of its end are not the same each time. */
function moments(total: number, some: number): number[] {
  const last = Math.floor(total * 0.9);
  return Array.from({ length: some }, (_, at) => 1 + Math.round((at * (last - 1)) / (some - 1)));
}

beforeEach(() => {
  for (const dir of [home, tree]) fs.rmSync(dir, { recursive: true });
  scene.run('cp', '-a', asLaid.home, home);
  scene.run('cp', '-a', asLaid.tree, tree);
});

describe('a run that is killed', () => {
  const install = ['install', '--apply', '--tree', tree, ...named];
  const uninstall = ['uninstall', '--apply', '--tree', tree];

  test('in an install is finished by the next, or undone by an uninstall, to the byte', () => {
    const total = countOf(cutOff('never', ...install));
    const installed = world.entries();
    world.snappy(...uninstall);
    expect(world.entries()).toEqual(before);
    expect(total).toBeGreaterThan(60);
    for (const at of moments(total, 5)) {
      expect(cutOff(at, ...install).status, `at change ${at}`).toBe(null);
      expect(world.snappy(...uninstall)).toMatchObject({ status: 0, stderr: '' });
      expect(world.entries(), `at change ${at}`).toEqual(before);
    }
    for (const at of moments(total, 3)) {
      expect(cutOff(at, ...install).status, `at change ${at}`).toBe(null);
      expect(world.snappy(...install)).toMatchObject({ status: 0, stderr: '' });
      expect(world.entries(), `at change ${at}`).toEqual(installed);
      world.snappy(...uninstall);
      expect(world.entries(), `at change ${at}`).toEqual(before);
    }
  });

  test('in an uninstall is finished by the next, to the byte', () => {
    world.snappy(...install);
    const total = countOf(cutOff('never', ...uninstall));
    expect(world.entries()).toEqual(before);
    for (const at of moments(total, 3)) {
      world.snappy(...install);
      expect(cutOff(at, ...uninstall).status, `at change ${at}`).toBe(null);
      expect(world.snappy(...uninstall)).toMatchObject({ status: 0, stderr: '' });
      expect(world.entries(), `at change ${at}`).toEqual(before);
    }
  });

  test('as it lays the first tree is finished by the next', () => {
    const whole = path.join(home, 'snappy-os');
    const total = countOf(cutOff('never', '--apply', ...named));
    expect(total).toBeGreaterThan(100);
    const names = fs.readdirSync(whole);
    scene.snappy('uninstall', '--apply');
    for (const at of moments(total, 3)) {
      fs.rmSync(whole, { recursive: true, force: true });
      expect(cutOff(at, '--apply', ...named).status, `at change ${at}`).toBe(null);
      expect(scene.snappy('--apply', ...named), `at change ${at}`).toMatchObject({ status: 0, stderr: '' });
      expect(fs.readdirSync(whole)).toEqual(names);
      expect(scene.snappy('doctor', '--tree', whole).stdout, `at change ${at}`).toContain('All is well.');
      expect(scene.snappy('uninstall', '--apply', '--tree', whole).status).toBe(0);
    }
    fs.rmSync(whole, { recursive: true, force: true });
    expect(world.entries()).toEqual(before);
  });
});
