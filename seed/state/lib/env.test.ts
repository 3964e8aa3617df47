import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkEnvFile, findOwnTree, parseEnvFile, readEnv, requireEnv } from './env.ts';

const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-env-')));
const tree = path.join(dir, 'tree');
fs.mkdirSync(path.join(tree, 'state/skills/demo'), { recursive: true });
fs.mkdirSync(path.join(tree, 'state/lib'));
fs.writeFileSync(path.join(tree, 'program.md'), '');
fs.writeFileSync(path.join(tree, 'package.json'), '{"type":"module"}');
fs.writeFileSync(path.join(tree, '.env.cache'), 'TOKEN=from-file\nEMPTY=\n', { mode: 0o600 });
afterAll(() => fs.rmSync(dir, { recursive: true }));

describe('a value', () => {
  test('comes from the environment first, then from the tree, and from nowhere else', () => {
    expect(readEnv('TOKEN', { env: { TOKEN: 'from-env' }, tree })).toBe('from-env');
    expect(readEnv('TOKEN', { env: { TOKEN: '' }, tree })).toBe('from-file');
    expect(readEnv('EMPTY', { env: {}, tree })).toBeUndefined();
    expect(readEnv('TOKEN', { env: {}, tree: dir })).toBeUndefined();
  });

  test('that is missing is named, and no other value is shown', () => {
    expect(() => requireEnv('OTHER', { env: {}, tree })).toThrow(
      "OTHER is neither in the environment nor in the tree's .env.cache",
    );
  });

  test('is the same for a program in the tree, one in a linked skill folder, and a child process elsewhere', () => {
    const program = path.join(tree, 'state/skills/demo/run.ts');
    for (const name of ['env.ts', 'finding.ts'])
      fs.copyFileSync(path.join(import.meta.dirname, name), path.join(tree, 'state/lib', name));
    fs.writeFileSync(
      program,
      "import { readEnv } from '../../lib/env.ts';\nprocess.stdout.write(readEnv('TOKEN') ?? 'none');\n",
    );
    fs.symlinkSync(path.join(tree, 'state/skills/demo'), path.join(dir, 'linked'));
    const run = (file: string, cwd: string): string =>
      execFileSync(process.execPath, ['--no-warnings', file], {
        cwd,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      });
    expect(run(program, tree)).toBe('from-file');
    expect(run(path.join(dir, 'linked/run.ts'), dir)).toBe('from-file');
    expect(findOwnTree(path.join(dir, 'linked/run.ts'))).toBe(tree);
    const child = `require('child_process').execFileSync(process.execPath, ['--no-warnings', ${JSON.stringify(program)}], { stdio: 'inherit' })`;
    expect(execFileSync(process.execPath, ['-e', child], { cwd: '/', encoding: 'utf8', env: {} })).toBe('from-file');
  });
});

describe('the file of secrets', () => {
  test('has NAME=value lines, quoted or not', () => {
    const text = 'A=1 # note\nexport B="two \\"x\\"\\n" # n\r\nC=\'it # is\'\n# D=4\nE = a=b#c\nbad line\n1F=x\nG=#x\n';
    expect(Object.fromEntries(parseEnvFile(text))).toEqual({ A: '1', B: 'two "x"\n', C: 'it # is', E: 'a=b#c', G: '' });
  });

  test('that others can read is a finding', () => {
    expect(checkEnvFile(tree)).toEqual([]);
    expect(checkEnvFile(dir)).toEqual([]);
    fs.chmodSync(path.join(tree, '.env.cache'), 0o644);
    expect(checkEnvFile(tree)[0]?.message).toBe('holds secrets and has mode 0644; expected 0600');
  });

  test('belongs to the tree above a real location', () => {
    expect(findOwnTree(path.join(tree, 'state/lib'))).toBe(tree);
    expect(findOwnTree(path.join(dir, 'no such file'))).toBeUndefined();
    expect(findOwnTree(dir)).toBeUndefined();
  });
});
