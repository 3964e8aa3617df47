import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { makeWorlds } from './test-pull-world.ts';

const makeWorld = makeWorlds();
const skill = (name: string): string => `state/skills/${name}/SKILL.md`;
const noPermission = (call: string, file: string): Error =>
  Object.assign(new Error(`EACCES: permission denied, ${call} '${file}'`), { code: 'EACCES', path: file });

afterEach(() => vi.restoreAllMocks());

/** Has a call of `node:fs` fail for one path, as for a user who may not. */
function forbid(call: 'accessSync' | 'openSync' | 'readdirSync', file: string): void {
  const original = Reflect.get(fs, call) as (...given: unknown[]) => unknown;
  vi.spyOn(fs, call).mockImplementation((name: unknown, ...rest: unknown[]) => {
    if (name === file) throw noPermission(call, file);
    return Reflect.apply(original, fs, [name, ...rest]);
  });
}

test.each([
  ['a folder that may not be changed', 'accessSync', 'state/skills/b'],
  ['a folder that may not be looked into', 'readdirSync', 'state/skills/b'],
  ['a file that may not be read', 'openSync', 'state/skills/b/SKILL.md'],
] as const)(
  '%s waits, is named, and keeps nothing else from coming; later it comes too',
  async (_what, call, closed) => {
    const { gateway, pull, files, tree } = await makeWorld();
    gateway.set('private', {
      [skill('a')]: 'one',
      [skill('b')]: 'one',
      [skill('c')]: 'one',
      'state/skills/b/old.md': 'x',
    });
    await pull();
    // Else what was seen of it is all there is to know.
    fs.utimesSync(path.join(tree, skill('b')), 1, 1);
    gateway.set('private', { [skill('a')]: 'two', [skill('b')]: 'two', [skill('d')]: 'two' });
    forbid(call, path.join(tree, closed));
    const { items } = await pull();
    const why = `this user has no permission to read or to change ${closed}`;
    expect(items).toContainEqual(expect.objectContaining({ path: skill('b'), change: 'waits', why }));
    vi.restoreAllMocks();
    expect(files()).toMatchObject({ [skill('a')]: 'two', [skill('b')]: 'one', [skill('d')]: 'two' });
    await pull();
    expect(files()).toEqual({ [skill('a')]: 'two', [skill('b')]: 'two', [skill('d')]: 'two' });
  },
);

test('what cannot take its place is named by its place, not by where it was laid', async () => {
  const { gateway, pull, tree } = await makeWorld({ [skill('a')]: 'one' });
  gateway.set('private', { [skill('a')]: 'two' });
  const full = path.join(tree, skill('a'));
  const rename = fs.renameSync;
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    if (to === full) throw Object.assign(noPermission('rename', String(from)), { code: 'EROFS', dest: full });
    rename(from, to);
  });
  await expect(pull()).rejects.toThrow(`${full} could not be written: the disk is read-only`);
});
