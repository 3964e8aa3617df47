import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realSystem } from './system.ts';
import { diskAt, freshFolder, layDisk, snapshot } from './test-disk.ts';

let dir: string;
let far: string;

beforeEach(() => {
  dir = freshFolder();
  far = freshFolder('far');
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const root of [dir, far]) fs.rmSync(root, { recursive: true });
});

const at = (...names: string[]): string => path.join(dir, ...names);
const modeOf = (file: string): number => fs.lstatSync(file).mode & 0o7777;

describe('a write', () => {
  test('goes through a link and keeps the link, and the mode of the file', () => {
    fs.writeFileSync(at('real'), 'old', { mode: 0o640 });
    fs.symlinkSync('real', at('link'));
    realSystem().write(at('link'), 'new');
    expect(fs.readlinkSync(at('link'))).toBe('real');
    expect([fs.readFileSync(at('real'), 'utf8'), modeOf(at('real'))]).toEqual(['new', 0o640]);
  });

  test('leaves a link alone that leads nowhere', () => {
    fs.symlinkSync('gone', at('link'));
    expect(() => realSystem().write(at('link'), 'new')).toThrow('is a link that leads nowhere');
    expect(fs.readdirSync(dir)).toEqual(['link']);
  });

  test('of the same bytes sets a mode that is given, and else does nothing', () => {
    fs.writeFileSync(at('x'), 'x', { mode: 0o644 });
    const system = realSystem();
    system.write(at('x'), 'x');
    expect(system.changes).toEqual([]);
    system.write(at('x'), 'x', 0o600);
    expect([modeOf(at('x')), system.changes.length]).toEqual([0o600, 1]);
  });

  test.runIf(process.getuid?.() === 0)('leaves the file to its owner', () => {
    fs.writeFileSync(at('x'), 'old');
    fs.chownSync(at('x'), 12_345, 54_321);
    realSystem().write(at('x'), 'new');
    const { uid, gid } = fs.statSync(at('x'));
    expect([uid, gid]).toEqual([12_345, 54_321]);
  });
});

describe('a link', () => {
  test('takes the place of the link it is told of, and of nothing else', () => {
    fs.symlinkSync('old', at('link'));
    fs.writeFileSync(at('file'), 'x');
    const system = realSystem();
    expect(() => system.symlink('new', at('link'))).toThrow('EEXIST');
    expect(() => system.symlink('new', at('link'), 'other')).toThrow('EEXIST');
    expect(() => system.symlink('new', at('file'), 'old')).toThrow('EINVAL');
    system.symlink('new', at('link'), 'old');
    expect(fs.readlinkSync(at('link'))).toBe('new');
    expect(fs.readdirSync(dir)).toEqual(['file', 'link']);
  });
});

test('a removal takes a file or a link, and never a folder or what a link leads to', () => {
  layDisk(at('disk'));
  fs.symlinkSync('disk', at('link'));
  const before = snapshot(at('disk'));
  expect(() => realSystem().remove(at('disk'))).toThrow(/EISDIR|EPERM/);
  realSystem().remove(at('link'));
  realSystem().remove(at('nothing'));
  expect([snapshot(at('disk')), fs.readdirSync(dir)]).toEqual([before, ['disk']]);
});

describe('a move to another file system', () => {
  test('keeps bytes, modes, links and all below', () => {
    layDisk(at('disk'));
    const before = snapshot(at('disk'));
    // Also where the machine has no second file system.
    vi.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
    });
    realSystem().rename(at('disk'), path.join(far, 'new', 'disk'));
    expect(snapshot(path.join(far, 'new', 'disk'))).toEqual(before);
    expect([fs.readdirSync(dir), fs.readdirSync(path.join(far, 'new'))]).toEqual([[], ['disk']]);
  });

  test('leaves the source as it is when the copy is not like it', () => {
    layDisk(at('disk'));
    const before = snapshot(dir);
    vi.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
    });
    vi.spyOn(fs, 'copyFileSync').mockImplementationOnce((_, to) => fs.writeFileSync(to, 'half'));
    expect(() => realSystem().rename(at('disk'), path.join(far, 'disk'))).toThrow('differs from it');
    expect([snapshot(dir), fs.readdirSync(far)]).toEqual([before, []]);
  });

  test('refuses what is neither file, folder nor link', () => {
    fs.mkdirSync(at('disk'));
    expect(spawnSync('sh', ['-c', 'mkfifo "$0"', at('disk/pipe')]).status).toBe(0);
    vi.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
    });
    expect(() => realSystem().rename(at('disk'), path.join(far, 'disk'))).toThrow('is no file, folder or link');
    expect([fs.readdirSync(at('disk')), fs.readdirSync(far)]).toEqual([['pipe'], []]);
  });
});

test('a folder has its mode from the first moment, whatever the process takes from new folders', () => {
  realSystem().mkdir(at('a', 'b'), 0o777);
  expect(modeOf(at('a', 'b'))).toBe(0o777);
  realSystem().mkdir(at('a', 'b'), 0o700);
  expect(modeOf(at('a', 'b'))).toBe(0o777);
});

test('a disk that takes no more, for real, leaves everything as it was', () => {
  const disk = diskAt(at('disk'));
  layDisk(disk.root);
  const before = snapshot(disk.root);
  // `ulimit -f` counts blocks of 512 bytes: a write beyond it fails with EFBIG once its signal is ignored.
  const program = path.join(import.meta.dirname, 'full-disk.program.ts');
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`, process.execPath, program, disk.root],
    {
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  expect(stdout).toBe(
    `${disk.at('home/big')} could not be written: it is larger than the limit for files here (EFBIG); what was done before is put back: everything is as it was\n`,
  );
  expect(snapshot(disk.root)).toEqual(before);
});
