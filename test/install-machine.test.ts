import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtProgram, type Ended } from './program.ts';
import { makeWorld, putProgram, settingsBefore, stepOf, told } from './install-world.ts';

describe('versions', () => {
  const world = makeWorld();
  const before = world.entries();
  const install = (...args: string[]): Ended => world.snappy('install', '--apply', '--json', ...args);

  test('a runtime that is too old is left alone, with the version it needs; the others are wired', () => {
    putProgram(world.scene, 'codex', 'echo codex-cli 0.100.0');
    putProgram(world.scene, 'claude', 'echo "2.1.400 (Claude Code)"');
    const ended = install();
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const step = stepOf(ended, 'runtimes');
    expect(step.status).toBe('warn');
    expect(step.text).toMatch(/Codex CLI 0\.100\.0 is too old and is left alone: .*0\.116\.0/);
    expect(told(ended).report.versions.runtimes).toMatchObject({ codex: '0.100.0', 'claude-code': '2.1.400' });
    expect(fs.existsSync(world.at('.codex'))).toBe(false);
    expect(world.read('.claude/settings.json')).toContain('snappy-os-inject.sh');
    expect(install('--runtime', 'codex').status).toBe(1);
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries()).toEqual(before);
  });

  test('a runtime that lacks something is wired, and what it lacks is named', () => {
    putProgram(world.scene, 'codex', 'echo codex-cli 0.120.0');
    const ended = install('--runtime', 'codex');
    expect(ended.status).toBe(0);
    expect(stepOf(ended, 'runtimes')).toMatchObject({
      status: 'warn',
      text: expect.stringMatching(/Codex CLI 0\.120\.0 lacks the prompt hook .*codex_hooks.*0\.124\.0/) as string,
    });
    expect(world.read('.codex/hooks.json')).toContain('prompt codex');
    world.snappy('uninstall', '--apply');
  });

  test('a version on stderr counts, and a program that fails or says nothing is wired with a warning', () => {
    putProgram(world.scene, 'pi', 'echo 0.74.2 >&2');
    putProgram(world.scene, 'qwen', 'exit 3');
    const ended = install('--runtime', 'pi,qwen');
    expect(ended.status).toBe(0);
    expect(told(ended).report.versions.runtimes).toEqual({ pi: '0.74.2' });
    expect(stepOf(ended, 'runtimes').text).toMatch(/Qwen Code: .*qwen --version ended with status 3/);
    expect(world.read('.qwen/settings.json')).toContain('prompt qwen');
    world.snappy('uninstall', '--apply');
    expect(world.entries()).toEqual(before);
  });

  test('a machine with no runtime at all is told how to go on', () => {
    for (const name of ['codex', 'claude', 'pi', 'qwen']) fs.rmSync(path.join(world.scene.dir, 'bin', name));
    const ended = world.snappy('install', '--apply', '--json');
    expect(ended.status).toBe(0);
    expect(stepOf(ended, 'runtimes')).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('--runtime claude-code') as string,
    });
    expect(world.entries()).toEqual(before);
  });
});

describe('the doctor', () => {
  const world = makeWorld(settingsBefore);

  test('notices hooks that a runtime has dropped from its settings, and --fix wires them again', () => {
    world.snappy('install', '--apply');
    const installed = world.entries();
    expect(world.snappy('doctor').stdout).toContain('All is well.');
    world.put('.qwen/settings.json', settingsBefore['.qwen/settings.json'] ?? '');
    fs.rmSync(world.at('.pi/agent/extensions/snappy.js'));
    const found = world.snappy('doctor');
    expect(found.status).toBe(1);
    expect(found.stdout).toContain('Qwen Code');
    expect(found.stdout).toContain('Pi');
    expect(world.snappy('doctor', '--fix', '--dry').status).toBe(1);
    expect(world.entries()).not.toEqual(installed);
    expect(world.snappy('doctor', '--fix').status).toBe(0);
    expect(world.entries()).toEqual(installed);
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries().filter((line) => line.includes('snappy'))).toEqual([]);
  });
});

describe('two installs at once', () => {
  const world = makeWorld(settingsBefore);
  const before = world.entries();

  function start(...args: string[]): Promise<Ended> {
    const child = spawn(process.execPath, [builtProgram, ...args, '--tree', world.tree], {
      cwd: world.scene.dir,
      env: world.scene.env,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
  }

  test('both end well, and nothing is there twice', async () => {
    world.snappy('install', '--apply');
    const installed = world.entries();
    world.snappy('uninstall', '--apply');
    const all = await Promise.all([1, 2, 3].map(() => start('install', '--apply')));
    for (const ended of all) expect(ended, ended.stdout).toMatchObject({ status: 0, stderr: '' });
    expect(world.entries()).toEqual(installed);
    const gone = await Promise.all([1, 2].map(() => start('uninstall', '--apply')));
    for (const ended of gone) expect(ended, ended.stdout).toMatchObject({ status: 0, stderr: '' });
    expect(world.entries()).toEqual(before);
  });
});

describe('a disk that takes no more', () => {
  const world = makeWorld({ ...settingsBefore, '.claude/settings.json': `{"big":"${'x'.repeat(70_000)}"}` });
  const before = world.entries();

  test('leaves everything as it was, says so, and the next install does it all', () => {
    // Files of more than 64 blocks of 1,024 bytes cannot be written: a full disk, as far as the program can see.
    const limited = world.scene.run(
      'bash',
      '-c',
      'trap "" XFSZ; ulimit -f 64; exec "$@"',
      'bash',
      process.execPath,
      builtProgram,
      'install',
      '--apply',
      '--tree',
      world.tree,
    );
    expect(limited.status).toBe(1);
    expect(limited.stderr).toMatch(/could not be written: .*\n  nothing was changed;/);
    expect(limited.stderr).not.toContain('defect');
    expect(world.entries()).toEqual(before);
    expect(world.snappy('install', '--apply').status).toBe(0);
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries()).toEqual(before);
  });
});

describe('wrong usage', () => {
  const world = makeWorld({ '.claude/settings.json': '{}\n' });
  const before = world.entries();

  test.for([
    [['install', '--bogus'], "unknown option '--bogus'"],
    [['--bogus'], "unknown option '--bogus'"],
    [['instal'], "unknown command 'instal'"],
    [['install', '--apply', 'now'], 'too many arguments'],
    [['install', '--links', 'some'], '--links some is not known'],
    [['install', '--links'], 'argument missing'],
    [['install', '--runtime', 'emacs'], 'there is no runtime "emacs"'],
    [['install', '--runtime', ''], '--runtime has no value'],
    [['install', '--apply', '--home', ''], '--home has no value'],
    [['install', '--apply', '--project='], '--project has no value'],
    [['install', '--project', 'nowhere'], '--project nowhere is not a folder'],
    [['install', '--home', 'nowhere'], '--home nowhere is not a folder'],
    [['install', '--tree', 'nowhere'], 'is not a snappy-os tree'],
    [['uninstall', '--cron'], "unknown option '--cron'"],
  ] as const)('%j ends with 2 and says: %s', ([args, message]) => {
    const ended = world.scene.snappy(...args);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(world.entries()).toEqual(before);
  });
});
