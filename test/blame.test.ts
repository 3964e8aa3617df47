import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { LoaderBlame } from '../src/loop/edits/blame.ts';
import { makeScene } from './program.ts';

const scene = makeScene();
const loader = (): string => path.join(scene.dir, 'tree/state/skills/skill/AGENTS.md');
const blame = (...flags: string[]): string =>
  scene.snappy('skill', 'blame', 'skill', '--tree', 'tree', ...flags).stdout;
const lineWith = (text: string): string =>
  blame()
    .split('\n')
    .find((line) => line.endsWith(text)) ?? '';

beforeAll(() => {
  scene.snappy('init', 'tree');
  scene.snappy('regen', 'notice', '--tree', 'tree');
  fs.appendFileSync(loader(), '- by the edit tool\n');
  scene.snappy(
    'regen',
    'notice',
    '--tree',
    'tree',
    '--runtime',
    'claude-code',
    '--session',
    'a1b2c3d4-e5f6',
    '--how',
    'tool',
  );
  fs.appendFileSync(loader(), '- by hand, \u001b[31mred\n');
  scene.snappy('regen', 'notice', '--tree', 'tree', '--runtime', 'codex', '--session', '0199');
  fs.appendFileSync(loader(), '- just now\n');
});

test('each line says who brought it, and words that need it are explained below', () => {
  expect(lineWith('- by the edit tool')).toMatch(
    /^\d+ +\d{4}-\d\d-\d\d \d\d:\d\d {2}claude-code a1b2c3d4 +unmeasured +- by the edit tool$/,
  );
  expect(lineWith('red')).toMatch(/ found by codex 0199 +unmeasured +- by hand, {2}\[31mred$/);
  expect(lineWith('- just now')).toMatch(/^\d+ +not noted yet /);
  expect(lineWith('## Critical Rules')).toMatch(/^\d+ +the seed +unmeasured +## Critical Rules$/);
  const text = blame();
  for (const word of ['found by:', 'the seed:', 'not noted yet:', 'Scores since:']) expect(text).toContain(`\n${word}`);
  expect(text).not.toContain('drained by:');
  expect(text.endsWith('Nothing was changed.\n')).toBe(true);
});

test('the same as data holds the whole session and the revisions', () => {
  const { lines } = JSON.parse(blame('--json')) as LoaderBlame;
  const by = lines.find(({ text }) => text === '- by the edit tool')?.by;
  expect(by).toMatchObject({ session: 'a1b2c3d4-e5f6', runtime: 'claude-code', how: 'tool', noted: true });
  expect(by?.after).toMatch(/^[0-9a-f]{12}$/);
  expect(lines.every(({ since }) => since.runs === 0)).toBe(true);
});

test('a skill that is not there is named, with those that are like it or the list', () => {
  const ended = scene.snappy('skill', 'blame', 'skil', '--tree', 'tree');
  expect([ended.status, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain('skil');
});
