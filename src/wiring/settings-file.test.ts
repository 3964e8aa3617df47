import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SnappyError } from '../core/errors.ts';
import { realSystem } from '../core/system.ts';
import { readSettings, type SettingsTarget } from './settings-file.ts';
import type { JsonDialect, JsonWanted } from './wanted.ts';

const wanted: JsonWanted = { hooks: { shape: 'groups', events: {} }, values: [{ at: ['a', 'snappy'], value: 1 }] };
const formats: (JsonDialect | 'toml')[] = ['json', 'jsonc', 'json5', 'toml'];
let dir = '';
let file = '';

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-settings-'));
  file = path.join(dir, 'settings');
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(dir, { recursive: true });
});

const targetOf = (format: JsonDialect | 'toml'): SettingsTarget =>
  format === 'toml' ? { kind: 'toml', file } : { kind: 'json', file, dialect: format, wanted };
const read = (format: JsonDialect | 'toml') => readSettings(realSystem(), 'Prog', targetOf(format));

/** What is said of settings that are refused; the entry itself must be as it was. */
function refusal(format: JsonDialect | 'toml'): string {
  try {
    read(format);
  } catch (error) {
    if (error instanceof SnappyError && error.code === 'refused' && error.hint !== undefined) return error.message;
    throw error;
  }
  return 'none';
}

describe.each(formats)('in %s, what cannot be edited safely is refused', (format) => {
  const bad: [string, () => void, RegExp][] = [
    ['bytes that are not UTF-8', () => fs.writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d])), /: it is not UTF-8$/],
    ['UTF-16', () => fs.writeFileSync(file, Buffer.from('\uFEFF{}', 'utf16le')), /: it is not UTF-8$/],
    [
      'more than 5 MB',
      () => fs.writeFileSync(file, ' '.repeat(5 * 1024 * 1024 + 1)),
      /: it has 5242881 bytes, more than/,
    ],
    ['a folder', () => fs.mkdirSync(file), /: it is a folder, not a file$/],
    [
      'a pipe, which would never end',
      () => execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', file]),
      /: it is a special file, not a file$/,
    ],
    ['a device', () => fs.symlinkSync('/dev/zero', file), /: it is a special file, not a file$/],
    ['a link to nothing', () => fs.symlinkSync('gone', file), /: it is a link to gone, which is not there$/],
    ['a link to itself', () => fs.symlinkSync('settings', file), /: it is a link that leads in a circle$/],
    ['a link to a folder', () => fs.symlinkSync('.', file), /: it is a folder, not a file$/],
    ['a read-only file', () => fs.writeFileSync(file, '', { mode: 0o444 }), /: it is read-only$/],
    [
      'a file that has another name, which would keep the old settings',
      () => {
        fs.writeFileSync(file, '{}');
        fs.linkSync(file, path.join(dir, 'other'));
      },
      /: it has 2 names \(hard links\)$/,
    ],
    [
      'a file of another user',
      () => {
        fs.writeFileSync(file, '');
        vi.spyOn(process, 'getuid').mockReturnValue(4321);
      },
      /: it belongs to another user \(\d+\)$/,
    ],
    [
      'a file where the folder should be',
      () => {
        fs.writeFileSync(path.join(dir, 'x'), '');
        file = path.join(dir, 'x', 'y', 'settings');
      },
      /left alone: /,
    ],
  ];
  test.each(bad)('%s', (_, make, message) => {
    make();
    expect(refusal(format)).toMatch(message);
    expect(refusal(format)).toContain(`the settings of Prog, ${file}, were left alone: `);
  });
});

describe('a text that does not parse is refused with the place of the fault', () => {
  test.each<[JsonDialect | 'toml', string, RegExp]>([
    ['json', '', /does not parse as JSON: nothing but an empty text at line 1, column 1$/],
    ['json', '{\n  // x\n}', /does not parse as JSON: a comment at line 2, column 3$/],
    ['json', '{"a": 1,}', /does not parse as JSON: no property name .* at line 1, column 9$/],
    ['json', '{"a": {', /does not parse as JSON: no closing }/],
    ['json', '[]', /: it holds a list, not an object$/],
    ['json', '{"hooks":[]}', /: `hooks` is not an object of events$/],
    ['json', '{"hooks":{},"hooks":{}}', /: it has the key "hooks" twice$/],
    ['json', '{"a":[]}', /: `a` is a list, not an object$/],
    ['json', '\uFEFF\uFEFF{}', /does not parse as JSON/],
    ['jsonc', '{ /* x }', /does not parse as JSON with comments: a comment without its end/],
    ['jsonc', '{"a": {},} // x', /does not parse as JSON with comments: no property name .* line 1, column 10$/],
    ['json5', '{a: 1, a: 2}', /: it has the key "a" twice$/],
    ['json5', '{a: 01}', /does not parse as JSON5: no comma .* line 1, column 6$/],
    ['toml', 'a = 1\na = 2\n', /does not parse as TOML: .* line 2/],
    ['toml', '{"a": 1}', /does not parse as TOML: .* line 1, column 1$/],
  ])('%s: %j', (format, text, message) => {
    fs.writeFileSync(file, text);
    expect(refusal(format)).toMatch(message);
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  });
});

test('hooks of ours of an older form are no fault where they are known', () => {
  fs.writeFileSync(file, '{"hooks":{"Stop":[{"command":"ours"}]}}');
  expect(() => read('json')).toThrow(/a group without a list `hooks`/);
  expect(() => readSettings(realSystem(), 'Prog', targetOf('json'), (command) => command === 'ours')).not.toThrow();
});

test('a byte order mark is no part of the text, and is kept', () => {
  fs.writeFileSync(file, '\uFEFF{}\r\n');
  const settings = read('json');
  expect(settings.text).toBe('{}\r\n');
  expect(settings.encode(settings.text)).toEqual(settings.before);
  expect(settings.encode('{"a":1}').toString()).toBe('\uFEFF{"a":1}');
});

test('a file that is not there has the text it would begin with', () => {
  expect(read('jsonc')).toMatchObject({ before: undefined, text: '{}\n' });
  expect(read('toml')).toMatchObject({ before: undefined, text: '' });
  const start = '{\n  "version": 1\n}\n';
  const target: SettingsTarget = { kind: 'json', file: path.join(dir, 'a', 'b'), dialect: 'json', start, wanted };
  expect(readSettings(realSystem(), 'Prog', target)).toMatchObject({ before: undefined, text: start });
});

test('a file behind links is read and written through them', () => {
  fs.mkdirSync(path.join(dir, 'dotfiles'));
  fs.writeFileSync(path.join(dir, 'dotfiles', 'real'), '{}', { mode: 0o600 });
  fs.symlinkSync('dotfiles/real', path.join(dir, 'between'));
  fs.symlinkSync('between', file);
  const settings = read('json');
  realSystem().write(settings.path, settings.encode('{"a":1}'));
  expect(fs.readlinkSync(file)).toBe('between');
  expect(fs.readFileSync(path.join(dir, 'dotfiles', 'real'), 'utf8')).toBe('{"a":1}');
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});

test('a file of almost 5 MB is read', () => {
  fs.writeFileSync(file, `{"x":"${'\\n'.repeat(2_600_000)}"}`);
  expect(read('json').text).toHaveLength(5_200_008);
});
