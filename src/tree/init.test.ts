import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { realSystem } from '../core/system.ts';
import type { System } from '../core/system.ts';
import { applyInit, planInit } from './init.ts';
import { makePackage } from './package-fixture.ts';
import { unfinishedMark } from './staging.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-init-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

const source = makePackage(dir);
const init = (tree: string, system: System = realSystem(), wanted = true) =>
  applyInit(system, planInit(source, tree), { git: wanted });

/** Every file of a tree with its bytes; git's and the compiled index's are checked by what they answer. */
function contents(tree: string): Record<string, string> {
  const files = fs.readdirSync(tree, { recursive: true, encoding: 'utf8' }).toSorted();
  const own = files.filter(
    (file) =>
      !/^(\.git|state\/\.index|state\/log\/revisions)(\/|$)/.test(file) && fs.statSync(path.join(tree, file)).isFile(),
  );
  return Object.fromEntries(own.map((file) => [file, fs.readFileSync(path.join(tree, file), 'utf8')]));
}

function git(tree: string, ...args: string[]): string {
  return spawnSync('git', ['-C', tree, ...args], { encoding: 'utf8' }).stdout;
}

const whole = path.join(dir, 'whole');
const first = await init(whole);

function expectWhole(tree: string): void {
  expect(contents(tree)).toEqual(contents(whole));
  expect(fs.existsSync(path.join(tree, unfinishedMark))).toBe(false);
  expect(git(tree, 'status', '--porcelain')).toBe('');
  expect(git(tree, 'rev-list', '--count', 'HEAD')).toBe('1\n');
  expect(fs.existsSync(path.join(tree, 'state/.index/current'))).toBe(true);
}

describe('a new tree', () => {
  test('holds the seed under its own names, a manifest of what the seed owns, and one commit', async () => {
    expect(first).toMatchObject({ skills: 1, git: 'made' });
    expect(Object.keys(contents(whole))).toEqual([
      '.gitignore',
      '.seed-manifest.json',
      'bin/snappy-full.cjs',
      'bin/snappy-quick.cjs',
      'bin/snappy.js',
      'program.local.md',
      'program.md',
      'state/hooks/run.sh',
      'state/index.md',
      'state/log/.machine_id',
      'state/skills/one/AGENTS.md',
      'state/skills/one/SKILL.md',
    ]);
    const manifest = JSON.parse(contents(whole)['.seed-manifest.json'] ?? '') as { files: object };
    expect(Object.keys(manifest.files)).toEqual([
      '.gitignore',
      'bin/snappy-full.cjs',
      'bin/snappy-quick.cjs',
      'bin/snappy.js',
      'program.md',
      'state/hooks/run.sh',
      'state/skills/one/AGENTS.md',
      'state/skills/one/SKILL.md',
    ]);
    expectWhole(whole);
  });

  test('has programs that can be run, and files that cannot', async () => {
    const mode = (file: string): number => fs.statSync(path.join(whole, file)).mode & 0o111;
    expect([mode('bin/snappy.js'), mode('state/hooks/run.sh')]).toEqual([0o111, 0o111]);
    expect(mode('program.md')).toBe(0);
  });

  test('is its own repository inside another one, and inside a hook of it', async () => {
    const outer = path.join(dir, 'outer');
    spawnSync('git', ['init', '--quiet', outer]);
    process.env['GIT_DIR'] = path.join(outer, '.git');
    try {
      expect((await init(path.join(outer, 'my-snappy'))).git).toBe('made');
    } finally {
      delete process.env['GIT_DIR'];
    }
    expectWhole(path.join(outer, 'my-snappy'));
    expect(git(outer, 'rev-parse', '--verify', '--quiet', 'HEAD')).toBe('');
  });

  test('is laid in an empty folder that is there, which stays the same folder', async () => {
    const tree = path.join(dir, 'empty');
    fs.mkdirSync(tree);
    const before = fs.statSync(tree).ino;
    await init(tree);
    expectWhole(tree);
    expect(fs.statSync(tree).ino).toBe(before);
  });

  test('is no repository when that is not wanted', async () => {
    const tree = path.join(dir, 'no-git');
    expect((await init(tree, realSystem(), false)).git).toBe('none');
    expect(fs.existsSync(path.join(tree, '.git'))).toBe(false);
  });
});

describe('what is there already', () => {
  test('is refused when it is somebody else’s', async () => {
    const place = path.join(dir, 'full');
    fs.mkdirSync(place);
    fs.writeFileSync(path.join(place, 'thesis.tex'), '');
    expect(() => planInit(source, place)).toThrow(/is not empty and is no tree: it holds thesis.tex/);
    expect(() => planInit(source, path.join(place, 'thesis.tex'))).toThrow(/is not a folder/);
    expect(fs.readdirSync(place)).toEqual(['thesis.tex']);
  });

  test('is completed when it is a tree, and nothing of the user’s is changed', async () => {
    const tree = path.join(dir, 'used');
    await init(tree);
    fs.writeFileSync(path.join(tree, 'program.local.md'), 'my rules\n');
    fs.writeFileSync(path.join(tree, 'state/skills/one/AGENTS.md'), 'sharper\n');
    fs.rmSync(path.join(tree, 'state/hooks/run.sh'));
    expect(await init(tree)).toMatchObject({ laid: ['state/hooks/run.sh'], git: 'kept' });
    expect(contents(tree)).toEqual({
      ...contents(whole),
      'program.local.md': 'my rules\n',
      'state/skills/one/AGENTS.md': 'sharper\n',
    });
    expect(git(tree, 'rev-list', '--count', 'HEAD')).toBe('1\n');
    const system = realSystem();
    await init(tree, system);
    expect(system.changes.filter((change) => !JSON.stringify(change).includes(unfinishedMark))).toEqual([]);
  });

  test('a folder that leads out of the tree gets nothing laid in it', async () => {
    const tree = path.join(dir, 'linked');
    const elsewhere = path.join(dir, 'elsewhere');
    await init(tree);
    fs.mkdirSync(elsewhere);
    fs.rmSync(path.join(tree, 'state/hooks'), { recursive: true });
    fs.symlinkSync(elsewhere, path.join(tree, 'state/hooks'));
    expect((await init(tree)).laid).toEqual([]);
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });
});

describe('an init that does not come to its end', () => {
  /** Runs an init in a process of its own that kills itself before its `step`-th change. Returns whether it was killed. */
  function killedAt(tree: string, step: number): boolean {
    const url = (file: string): string => pathToFileURL(path.resolve(import.meta.dirname, file)).href;
    const program = `
      const { applyInit, planInit } = await import(${JSON.stringify(url('init.ts'))});
      const { realSystem } = await import(${JSON.stringify(url('../core/system.ts'))});
      let left = ${step};
      const system = new Proxy(realSystem(), { get: (target, key) => typeof target[key] !== 'function' || key === 'read' ? target[key]
        : (...args) => { if (left-- === 0) process.kill(process.pid, 'SIGKILL'); return target[key](...args); } });
      await applyInit(system, planInit(${JSON.stringify(source)}, ${JSON.stringify(tree)}), { git: true });`;
    return spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program]).signal === 'SIGKILL';
  }

  test('is carried on by the next one, whichever step it was killed at', async () => {
    const total = await realSystemSteps();
    for (let step = 0; step < total; step += 5) {
      const tree = path.join(dir, `killed-${step}`);
      expect(killedAt(tree, step)).toBe(true);
      await init(tree);
      expectWhole(tree);
    }
  }, 120_000);

  async function realSystemSteps(): Promise<number> {
    const tree = path.join(dir, 'counted');
    let steps = 0;
    const counting = new Proxy(realSystem(), {
      get(target, key: keyof System) {
        const member = target[key];
        if (typeof member !== 'function' || key === 'read') return member;
        return (...args: unknown[]): unknown => {
          steps++;
          return Reflect.apply(member, target, args);
        };
      },
    });
    await init(tree, counting);
    return steps;
  }

  test('on a full disk says so, leaves no half file, and is carried on', async () => {
    const tree = path.join(dir, 'disk');
    const system = realSystem();
    let room = 3;
    const full: System = {
      ...system,
      write(file, data, mode) {
        if (room-- > 0) return system.write(file, data, mode);
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', path: file });
      },
    };
    await expect(init(tree, full)).rejects.toThrow(/could not be written: the disk is full \(ENOSPC\)/);
    expect(fs.readdirSync(path.join(tree, unfinishedMark))).toEqual([]);
    await init(tree);
    expectWhole(tree);
  });

  test('on a disk that takes no folder gives up', async () => {
    const system: System = {
      ...realSystem(),
      mkdir(folder) {
        throw Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT', path: folder });
      },
    };
    await expect(init(path.join(dir, 'read-only'), system)).rejects.toThrow('ENOENT');
  });

  test('keeps what the user wrote in the meantime', async () => {
    const tree = path.join(dir, 'between');
    expect(killedAt(tree, 4)).toBe(true);
    fs.writeFileSync(path.join(tree, 'program.md'), 'mine\n');
    fs.writeFileSync(path.join(tree, 'notes.txt'), 'mine too\n');
    await init(tree);
    expect(contents(tree)).toEqual({ ...contents(whole), 'program.md': 'mine\n', 'notes.txt': 'mine too\n' });
  });
});
