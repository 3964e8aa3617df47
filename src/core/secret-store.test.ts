import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readEnv } from '../../seed/state/lib/env.ts';
import { storeSecret, storeSecrets } from './secret-store.ts';

const key = 'k3y-"quoted" #1 of $many';
let tree = '';
let file = '';
const mode = (): string => (fs.statSync(file).mode & 0o777).toString(8);

beforeEach(() => {
  tree = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-key-'));
  file = path.join(tree, '.env.cache');
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(tree, { recursive: true });
});

test('the file is made with mode 0600 from its first byte, and no part of it is left behind', () => {
  const opened: string[] = [];
  const open = fs.openSync;
  vi.spyOn(fs, 'openSync').mockImplementation((name, flags, given) => {
    const fd = open(name, flags, given);
    opened.push((fs.fstatSync(fd).mode & 0o777).toString(8));
    return fd;
  });
  const umask = process.umask(0);
  try {
    expect(storeSecret(tree, 'KEY', key)).toEqual({ written: true, tightened: false });
  } finally {
    process.umask(umask);
  }
  expect([opened, mode(), fs.readdirSync(tree)]).toEqual([['600'], '600', ['.env.cache']]);
  expect(readEnv('KEY', { tree, env: {} })).toBe(key);
});

test('other lines stay to the byte, and a second time changes nothing', () => {
  const others = '# mine\r\nexport A="1" # note\r\n\r\nbad line';
  fs.writeFileSync(file, others, { mode: 0o600 });
  expect(storeSecret(tree, 'KEY', 'one\ntwo')).toEqual({ written: true, tightened: false });
  const text = fs.readFileSync(file, 'utf8');
  expect(text).toBe(`${others}\r\nKEY="one\\ntwo"\r\n`);
  const { ino } = fs.statSync(file);
  expect(storeSecret(tree, 'KEY', 'one\ntwo')).toEqual({ written: false, tightened: false });
  expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).ino]).toEqual([text, ino]);
});

test('several are written in one step, and one that goes leaves every other line to the byte', () => {
  fs.writeFileSync(file, '# mine\r\nexport OLD=1\r\nA=2\nOLD="3"', { mode: 0o600 });
  expect(storeSecrets(tree, { OLD: undefined, KEY: 'new', NONE: undefined })).toMatchObject({ written: true });
  expect(fs.readFileSync(file, 'utf8')).toBe('# mine\r\nA=2\nKEY=new\r\n');
  expect(storeSecrets(tree, { OLD: undefined, KEY: 'new' })).toEqual({ written: false, tightened: false });
});

test('a file that others can read is made 0600, also where nothing is written', () => {
  fs.writeFileSync(file, 'A=1\n');
  fs.chmodSync(file, 0o644);
  expect(storeSecret(tree, 'KEY', key)).toEqual({ written: true, tightened: true });
  expect(mode()).toBe('600');
  fs.chmodSync(file, 0o640);
  expect(storeSecret(tree, 'KEY', key)).toEqual({ written: false, tightened: true });
  expect(mode()).toBe('600');
});

test('a link is kept, and the file it leads to holds the value', () => {
  const real = path.join(tree, 'real');
  fs.writeFileSync(real, 'A=1\n', { mode: 0o600 });
  fs.symlinkSync(real, file);
  storeSecret(tree, 'KEY', 'plain-value');
  expect([fs.readlinkSync(file), fs.readFileSync(real, 'utf8')]).toEqual([real, 'A=1\nKEY=plain-value\n']);
});

test('a file that cannot be edited is left as it is, and no error tells the value', () => {
  const bytes = Buffer.from([0x41, 0x3d, 0xff, 0x0a]);
  fs.writeFileSync(file, bytes, { mode: 0o600 });
  expect(() => storeSecret(tree, 'KEY', key)).toThrow(expect.objectContaining({ code: 'refused' }));
  expect(fs.readFileSync(file)).toEqual(bytes);
  fs.rmSync(file);
  fs.mkdirSync(file);
  expect(() => storeSecret(tree, 'KEY', key)).toThrow(/EISDIR/);
});

test('where no more can be written, the old file stays and the error does not tell the value', () => {
  fs.writeFileSync(file, `A=${'x'.repeat(4_000)}\n`, { mode: 0o600 });
  // `ulimit -f` counts blocks of 512 bytes in sh: the file as it is fits, the new one does not.
  const program = `import { storeSecret, storeSecrets } from ${JSON.stringify(path.join(import.meta.dirname, 'secret-store.ts'))};
    process.on('SIGXFSZ', () => {});
    storeSecret(${JSON.stringify(tree)}, 'KEY', 'k3y'.repeat(3_000));`;
  const script = 'ulimit -f 8; exec "$0" --no-warnings --input-type=module -e "$1"';
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, program], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('EFBIG');
  expect(stderr.replace(program, '')).not.toContain('k3yk3y');
  expect([fs.readFileSync(file, 'utf8').length, fs.readdirSync(tree)]).toEqual([4_003, ['.env.cache']]);
});
