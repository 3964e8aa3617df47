import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atLeast, atMost, figure, report } from './report.ts';
import type { Row } from './report.ts';

let printed: string;

beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

function reported(rows: readonly Row[], ...flags: string[]): number {
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'bench', ...flags]);
  report('sample', rows);
  return Number(process.exitCode ?? 0);
}

test('a benchmark whose rows all hold ends with status 0 and prints a table', () => {
  expect(reported([figure('base', 30, 'ms'), atMost('hook', 5.123, 'ms', 6), atLeast('recall', 0.8, '', 0.75)])).toBe(
    0,
  );
  expect(printed).toMatch(/hook\s+5\.12\s+ms\s+<= 6\s+ok\n/);
});

test('one row that is not ok ends the benchmark with status 1', () => {
  expect(reported([figure('base', 30, 'ms'), atMost('hook', 7, 'ms', 6)])).toBe(1);
  expect(printed).toContain('NOT OK');
});

test('a value that is not a number is not ok, and neither is an empty report', () => {
  expect(atMost('lost', Number.NaN, 'ms', 6).ok).toBe(false);
  expect(atLeast('lost', Number.NaN, 'ms', 6).ok).toBe(false);
  expect(reported([])).toBe(1);
});

test('with --json one object is printed', () => {
  reported([atMost('hook', 5, 'ms', 6)], '--json');
  expect(JSON.parse(printed)).toEqual({
    benchmark: 'sample',
    machine: expect.stringContaining(process.arch),
    rows: [{ name: 'hook', value: 5, unit: 'ms', goal: '<= 6', ok: true }],
  });
});
