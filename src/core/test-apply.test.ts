import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyChanges } from './test-apply.ts';
import { realSystem, type Change } from './system.ts';

let dir: string;

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-apply-'));
});

afterEach(() => fs.rmSync(dir, { recursive: true }));

const apply = (changes: readonly Change[]): void => applyChanges(realSystem(), changes);
const at = (...names: string[]): string => path.join(dir, ...names);

test('changes are carried out in their order', () => {
  apply([
    { kind: 'mkdir', path: at('a') },
    { kind: 'write', path: at('a', 'x'), before: undefined, after: Buffer.from('1'), mode: 0o600 },
    { kind: 'rename', path: at('a', 'x'), to: at('y') },
    { kind: 'rmdir', path: at('a') },
    { kind: 'symlink', path: at('z'), target: 'y' },
  ]);
  expect(fs.readdirSync(dir)).toEqual(['y', 'z']);
  expect(fs.readFileSync(at('z'), 'utf8')).toBe('1');
  expect(fs.statSync(at('y')).mode & 0o777).toBe(0o600);
});

test('a file that is no longer what the plan saw is left alone, and nothing after it is done', () => {
  fs.writeFileSync(at('x'), 'new');
  const write: Change = {
    kind: 'write',
    path: at('x'),
    before: Buffer.from('old'),
    after: Buffer.from('ours'),
    mode: undefined,
  };
  expect(() => apply([write, { kind: 'mkdir', path: at('later') }])).toThrow(/was changed by somebody else/);
  expect(fs.readFileSync(at('x'), 'utf8')).toBe('new');
  expect(fs.existsSync(at('later'))).toBe(false);
});

test('a folder that has come in the place of a link is not removed', () => {
  fs.mkdirSync(at('link'));
  fs.writeFileSync(at('link', 'work'), 'of a day');
  expect(() => apply([{ kind: 'remove', path: at('link') }])).toThrow(/has become a folder/);
  expect(fs.readFileSync(at('link', 'work'), 'utf8')).toBe('of a day');
});

test('a folder that holds something is not removed as an empty one', () => {
  fs.mkdirSync(at('full'));
  fs.writeFileSync(at('full', 'x'), '');
  apply([{ kind: 'rmdir', path: at('full') }]);
  expect(fs.existsSync(at('full', 'x'))).toBe(true);
});
