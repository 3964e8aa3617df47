import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findProgram } from './find-program.ts';
import { testPrograms } from './test-programs.ts';

const programs = testPrograms();

test('the first program of that name on PATH is found by its absolute path', () => {
  const first = programs.add('a/tool', 'exit 0');
  programs.add('b/tool', 'exit 0');
  const dirs = ['a', 'b'].map((dir) => path.join(programs.dir, dir));
  expect(findProgram('tool', { env: { PATH: dirs.join(path.delimiter) } })).toBe(first);
  expect(findProgram('other', { env: { PATH: dirs.join(path.delimiter) } })).toBeUndefined();
  expect(findProgram('tool', { env: {} })).toBeUndefined();
});

test('folders, files that may not be run and links that lead nowhere are passed over', () => {
  fs.mkdirSync(path.join(programs.dir, 'a/tool'), { recursive: true });
  programs.add('b/tool', 'exit 0', 0o644);
  fs.mkdirSync(path.join(programs.dir, 'c'));
  fs.symlinkSync(path.join(programs.dir, 'nowhere'), path.join(programs.dir, 'c/tool'));
  const real = programs.add('d/tool', 'exit 0');
  const dirs = ['a', 'b', 'c', 'no-such-folder', 'd'].map((dir) => path.join(programs.dir, dir));
  expect(findProgram('tool', { env: { PATH: dirs.join(path.delimiter) } })).toBe(real);
});

test('an empty or relative entry of PATH does not stand for the working folder', () => {
  programs.add('tool', 'exit 0');
  const away = process.cwd();
  process.chdir(programs.dir);
  try {
    const dirs = ['', '.', './', path.basename(programs.dir), '../' + path.basename(programs.dir)];
    expect(findProgram('tool', { env: { PATH: dirs.join(path.delimiter) } })).toBeUndefined();
  } finally {
    process.chdir(away);
  }
});

test('on Windows the suffix makes a program, and PATH may be called Path', () => {
  const dir = path.join(programs.dir, 'npm');
  programs.add('npm/tool', 'exit 0');
  programs.add('npm/tool.ps1', 'exit 0');
  const search = (more: NodeJS.ProcessEnv): string | undefined => findProgram('tool', { env: more, platform: 'win32' });
  expect(search({ Path: `relative;"${dir}"` })).toBeUndefined();
  const script = programs.add('npm/tool.cmd', 'exit 0', 0o644);
  expect(search({ Path: `relative;"${dir}"` })).toBe(script);
  expect(search({ PATH: dir })).toBe(script);
});
