// The closing line of .ci/run has to be true: a run that did not happen, or skipped something, is not green.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = path.resolve(import.meta.dirname, '../scripts/count-tests.mjs');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'snappy-count-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));

function report(name: string, passed: number, failed: number, skipped = 0): string {
  const file = path.join(dir, `${name}.json`);
  const counts = { numTotalTests: passed + failed + skipped, numPassedTests: passed, numFailedTests: failed };
  writeFileSync(file, JSON.stringify({ ...counts, testResults: [] }));
  return file;
}

function count(...files: string[]): { status: number | null; last: string | undefined } {
  const { status, stdout } = spawnSync(process.execPath, [program, ...files], { encoding: 'utf8' });
  return { status, last: stdout.trimEnd().split('\n').at(-1) };
}

test('the counts of all runs are summed', () => {
  expect(count(report('a', 3, 0), report('b', 4, 0))).toEqual({ status: 0, last: '7 passed, 0 failed' });
});

test('a failed test, a skipped one, an empty run and a missing report each end with status 1', () => {
  const good = report('good', 1, 0);
  expect(count(good, report('bad', 1, 2))).toEqual({ status: 1, last: '2 passed, 2 failed' });
  expect(count(good, report('skipping', 1, 0, 1))).toEqual({ status: 1, last: '2 passed, 1 failed' });
  expect(count(good, report('empty', 0, 0))).toEqual({ status: 1, last: '1 passed, 1 failed' });
  expect(count(good, path.join(dir, 'missing.json'))).toEqual({ status: 1, last: '1 passed, 1 failed' });
  expect(count()).toEqual({ status: 1, last: '0 passed, 0 failed' });
});
