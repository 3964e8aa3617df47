import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import { install, put, snapshot, testHome } from './test-home.ts';

const here = testHome();

describe('settings that cannot be edited safely are refused, and nothing at all is changed', () => {
  const bad: [string, () => void, RegExp][] = [
    ['a comment', () => put(here.settings, '{\n  // x\n}'), /does not parse as JSON: a comment at line 2, column 3/],
    ['a comma too many', () => put(here.settings, '{"a": 1,}'), /does not parse/],
    ['an empty file', () => put(here.settings, ''), /does not parse/],
    ['a cut-off file', () => put(here.settings, '{"a": {'), /does not parse/],
    ['bytes that are not UTF-8', () => put(here.settings, Buffer.from([0x7b, 0xff, 0x7d])), /is not UTF-8/],
    ['UTF-16', () => put(here.settings, Buffer.from('\uFEFF{}', 'utf16le')), /is not UTF-8/],
    ['a list', () => put(here.settings, '[]'), /holds a list, not an object/],
    ['hooks of a wrong shape', () => put(here.settings, '{"hooks":[]}'), /`hooks` is not an object/],
    [
      'a hook that voids the file',
      () => put(here.settings, '{"hooks":{"Stop":[{"command":"x"}]}}'),
      /a group without a list `hooks`/,
    ],
    ['a key given twice', () => put(here.settings, '{"hooks":{},"hooks":{}}'), /has the key "hooks" twice/],
    ['more than 5 MB', () => put(here.settings, `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`), /more than 5242880/],
    ['a folder', () => fs.mkdirSync(here.settings, { recursive: true }), /is a folder, not a file/],
    [
      'a link to nothing',
      () => {
        fs.mkdirSync(path.dirname(here.settings));
        fs.symlinkSync('gone.json', here.settings);
      },
      /a link to gone.json, which is not there/,
    ],
    [
      'a link to itself',
      () => {
        fs.mkdirSync(path.dirname(here.settings));
        fs.symlinkSync('settings.json', here.settings);
      },
      /left alone/,
    ],
    [
      'a read-only file',
      () => {
        put(here.settings, '{}');
        fs.chmodSync(here.settings, 0o444);
      },
      /is read-only/,
    ],
    ['a file where the folder should be', () => put(path.dirname(here.settings), 'x'), /left alone/],
  ];
  test.each(bad)('%s', (_, make, message) => {
    make();
    const before = [snapshot(here.home), snapshot(here.tree)];
    const attempt = (): unknown => install(here);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: 'refused' }));
    expect([snapshot(here.home), snapshot(here.tree)]).toEqual(before);
  });

  test('a tree without the hook program', () => {
    fs.rmSync(path.join(here.tree, layout.hook));
    expect(() => install(here)).toThrow(SnappyError);
    expect(snapshot(here.home)).toEqual({});
  });
});
