import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { layout } from '../src/core/paths.ts';
import { makeScene } from './program.ts';

const scene = makeScene();
const tree = path.join(scene.dir, 'tree');
const code = path.join(tree, layout.index, 'code');
const file = (name: string): string => path.join(tree, 'bin', name);
/** The tree's own program, which keeps what the engine has made of it. */
const index = (): ReturnType<typeof scene.run> =>
  scene.run(process.execPath, file('snappy.js'), 'index', '--tree', tree);
const kept = (): string[] => fs.readdirSync(code).filter((name) => name.startsWith('snappy-quick.cjs-'));

beforeAll(() => void scene.snappy('init', tree));

test('what the engine has made of the program is kept in a tree that has an index, once for each command', () => {
  expect(index().status).toBe(0);
  const [name = '', ...others] = kept();
  expect([name.endsWith('-index'), others]).toEqual([true, []]);
  const before = fs.statSync(path.join(code, name));
  expect(index().status).toBe(0);
  expect(fs.statSync(path.join(code, name))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
});

test('a program with kept code loads what lies beside it', () => {
  const log = (text: string): ReturnType<typeof scene.run> =>
    scene.run(process.execPath, file('snappy.js'), 'log', '--tree', tree, 'skill', text);
  expect(log('is kept now')).toMatchObject({ status: 0, stderr: '' });
  const { status, stderr } = log(`the token is ghp_${'a1B2'.repeat(9)}`);
  expect(status, stderr).toBe(3);
  expect(stderr).not.toContain('Warning');
});

test('a run that fails leaves nothing for the next one', () => {
  const before = fs.readdirSync(code);
  expect(scene.run(process.execPath, file('snappy.js'), 'log', '--tree', tree, 'no-such-skill', 'x').status).not.toBe(
    0,
  );
  expect(fs.readdirSync(code)).toEqual(before);
});

test.each([
  ['empty', () => Buffer.alloc(0)],
  ['cut off', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
  ['damaged in its middle', (whole: Buffer) => Buffer.from(whole).fill(0, 1_000, 100_000)],
  ['of another program', () => Buffer.from('something else')],
])('kept code that is %s is passed over, and made anew', (_, damage) => {
  const place = path.join(code, kept()[0] ?? '');
  const whole = fs.readFileSync(place);
  fs.writeFileSync(place, damage(whole));
  expect(index()).toMatchObject({ status: 0, stderr: '' });
  expect(fs.readFileSync(place).length).toBeGreaterThan(whole.length / 2);
});

test('another program in its place is run, and what was kept of the old one goes', () => {
  const [old] = kept();
  const text = fs.readFileSync(file('snappy-quick.cjs'), 'utf8');
  // As long as the old one: the engine itself tells sources by their length alone.
  const other = 'exports.main = async () => process.stdout.write("another\\n");';
  fs.writeFileSync(file('snappy-quick.cjs'), other.padEnd(Buffer.byteLength(text)));
  expect(index()).toMatchObject({ status: 0, stdout: 'another\n' });
  expect(kept()).toHaveLength(1);
  expect(kept()[0]).not.toBe(old);
});
