import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';

const scene = makeScene();
const project = path.resolve(import.meta.dirname, '..');
const checkout = path.join(scene.dir, 'checkout');

/** A checkout of its own whose packages are there already; `npm start` builds in it and makes `my-snappy`. */
fs.mkdirSync(checkout);
for (const name of [
  'scripts',
  'seed',
  'src',
  'package.json',
  'package-lock.json',
  'rolldown.config.ts',
  'tsconfig.json',
]) {
  fs.cpSync(path.join(project, name), path.join(checkout, name), { recursive: true });
}
fs.symlinkSync(path.join(project, 'node_modules'), path.join(checkout, 'node_modules'));

const start = (...prefix: string[]) =>
  scene.run('env', ...prefix, process.execPath, path.join(checkout, 'scripts/start.mjs'));

describe('npm start', () => {
  test('builds, makes a tree, shows the loader that reached the agent with its time, and what comes next', () => {
    const { status, stdout, stderr } = start();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/✓ tree +\.\/my-snappy, \d+ skills \(new\)/);
    expect(stdout).toMatch(/ {2}│ \[snappy-os\] Loader of the skill `skill` /);
    expect(stdout).toMatch(
      /\n {2}[\d,]+ characters in \d+\.\d ms: the whole process of the hook, median of \d+ runs\.\n/,
    );
    expect(stdout).toContain('node my-snappy/bin/snappy.js install');
    expect(fs.readdirSync(scene.home)).toEqual([]);
  });

  test('plays another turn with the tree that is there, also with no home folder', () => {
    fs.appendFileSync(path.join(checkout, 'my-snappy/program.local.md'), 'mine\n');
    const { status, stdout } = start('-u', 'HOME');
    expect(status).toBe(0);
    expect(stdout).toContain('(it was there already)');
    expect(scene.read('checkout/my-snappy/program.local.md')).toMatch(/mine\n$/);
  });

  test('leaves a my-snappy alone that is no tree, and says so', () => {
    fs.rmSync(path.join(checkout, 'my-snappy'), { recursive: true });
    scene.write('checkout/my-snappy/notes.txt', 'mine\n');
    const { status, stderr } = start();
    expect(status).toBe(1);
    expect(stderr).toContain('is not empty and is no tree: it holds notes.txt');
    expect(fs.readdirSync(path.join(checkout, 'my-snappy'))).toEqual(['notes.txt']);
  });
});
