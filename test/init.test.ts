import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { builtProgram, makeScene } from './program.ts';

const scene = makeScene();
const first = scene.snappy('init', 'first');

function expectWhole(tree: string): void {
  expect(scene.git(tree, 'status', '--porcelain')).toBe('');
  expect(scene.git(tree, 'ls-files')).toBe(scene.git('first', 'ls-files'));
  expect(scene.git(tree, 'rev-list', '--count', 'HEAD')).toBe('1\n');
  const names = (dir: string): string[] => fs.readdirSync(path.join(scene.dir, dir)).toSorted();
  expect(names(tree)).toEqual(names('first'));
}

describe('snappy init', () => {
  test('lays a tree and says what is in it, what comes next and what was changed', () => {
    expect(first.status).toBe(0);
    expect(first.stdout).toContain('A git repository of its own, with one commit.');
    expect(first.stdout).toMatch(/\nChanged: \d+ files laid in .*first\.\n$/);
    for (const file of ['snappy.js', 'snappy-quick.cjs', 'snappy-full.cjs'])
      expect(fs.readFileSync(path.join(scene.dir, 'first/bin', file))).toEqual(
        fs.readFileSync(path.join(path.dirname(builtProgram), file)),
      );
    expect(scene.git('first', 'log', '--format=%an <%ae> %s')).toBe(
      'snappy-os <snappy-os@localhost> Lay the tree of snappy-os\n',
    );
    expect(fs.readdirSync(scene.home)).toEqual([]);
  });

  test('makes ~/snappy-os when no folder is named, and commits as the author that git is set up with', () => {
    scene.write(
      'home/.gitconfig',
      '[user]\n  name = Ada\n  email = ada@example.org\n[commit]\n  gpgSign = true\n[core]\n  excludesFile = ~/.ignored\n',
    );
    scene.write('home/.ignored', 'bin/\n*.awk\n');
    const { status } = scene.snappy('init');
    expect(status).toBe(0);
    expect(scene.git('home/snappy-os', 'log', '--format=%an <%ae>')).toBe('Ada <ada@example.org>\n');
    expectWhole('home/snappy-os');
    fs.rmSync(path.join(scene.dir, 'home/.gitconfig'));
  });

  test('makes a tree that works by its own copy of the program, with no package beside it', () => {
    const inTree = (...args: string[]) =>
      scene.run(process.execPath, path.join(scene.dir, 'first/bin/snappy.js'), ...args);
    expect(inTree('match', '--tree', 'first', '/skill').stdout).toContain('state/skills/skill/AGENTS.md');
    expect(inTree('init', 'second')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('npx snappy-os@latest init second') as string,
    });
  });

  test('refuses a folder with somebody’s files, with status 3 and nothing changed', () => {
    scene.write('papers/thesis.tex', '');
    const { status, stderr } = scene.snappy('init', 'papers');
    expect(status).toBe(3);
    expect(stderr).toContain('it holds thesis.tex');
    expect(fs.readdirSync(path.join(scene.dir, 'papers'))).toEqual(['thesis.tex']);
  });

  test('changes nothing in a tree that is whole, nor with --dry', () => {
    expect(scene.snappy('init', 'first').stdout).toMatch(
      /is a tree already.*\nTo bring its seed.*\n\nNothing was changed\.\n$/,
    );
    expect(scene.snappy('init', '--dry', 'imagined').stdout).toMatch(
      / {2}program\.md\n[^]*\nNothing was changed: this was a dry run\.\n$/,
    );
    expect(fs.existsSync(path.join(scene.dir, 'imagined'))).toBe(false);
  });

  test('says what it did as JSON', () => {
    expect(JSON.parse(scene.snappy('init', '--json', '--no-git', 'as-json').stdout)).toMatchObject({
      ground: 'nothing',
      git: 'none',
      tree: path.join(scene.dir, 'as-json'),
    });
  });
});

describe('an init that is disturbed', () => {
  test('is carried on by the next one after a kill at any time', async () => {
    for (let wait = 40; wait < 300; wait += 61) {
      const tree = `killed-${wait}`;
      const child = scene.start('init', tree);
      await sleep(wait);
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(scene.snappy('init', tree).status).toBe(0);
      expectWhole(tree);
    }
  });

  test('and another one at the same time both end well', async () => {
    const children = [scene.start('init', 'both'), scene.start('init', 'both'), scene.start('init', 'both')];
    expect(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))).toEqual([
      0, 0, 0,
    ]);
    expectWhole('both');
  });

  test('by a limit that no large file fits under says so, and is carried on', () => {
    const limited = scene.run('sh', '-c', `ulimit -f 64; exec "${process.execPath}" "${builtProgram}" init limited`);
    expect(limited).toMatchObject({ status: 1, stderr: expect.stringContaining('bin/snappy') as string });
    expect(scene.snappy('init', 'limited').status).toBe(0);
    expectWhole('limited');
  });

  test('by a file where the folder’s parent should be says so', () => {
    scene.write('file', '');
    expect(scene.snappy('init', 'file/tree')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('a file stands where a folder is needed') as string,
    });
  });

  test('by a git that fails leaves a tree that the next one makes a repository of', () => {
    scene.write('broken/git', '#!/bin/sh\necho "fatal: out of luck" >&2\nexit 128\n');
    fs.chmodSync(path.join(scene.dir, 'broken/git'), 0o755);
    const broken = scene.run(
      'env',
      `PATH=${scene.dir}/broken:${scene.env['PATH']}`,
      process.execPath,
      builtProgram,
      'init',
      'luckless',
    );
    expect(broken).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('git init said: fatal: out of luck') as string,
    });
    expect(scene.snappy('init', 'luckless').stdout).toContain('carried on');
    expectWhole('luckless');
  });

  test('on a machine without git makes a tree without a repository', () => {
    const { status, stdout } = scene.run('env', 'PATH=/nowhere', process.execPath, builtProgram, 'init', 'gitless');
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('No git repository was made of it') as string,
    });
  });
});
