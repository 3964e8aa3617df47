// The README's tables about runtimes must not say more than a test run has shown.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultTables, supportTable } from '../scripts/runtime-tables.mjs';
import { runtimes } from '../src/runtimes/table.ts';

let dir = '';

beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-tables-'));
});

afterAll(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));

/** The lines of the tables for a recorded run. */
function linesFor(results: unknown): string[] {
  const file = path.join(dir, 'results.json');
  fs.writeFileSync(file, JSON.stringify({ platform: 'linux x64', runtimes: results }));
  return resultTables(file).split('\n');
}

test('each runtime has a line that says whether a loader comes by itself, and what it was tested on', () => {
  const lines = supportTable().split('\n');
  expect(lines).toHaveLength(2 + runtimes.length);
  const windsurf = lines.find((line) => line.includes('`windsurf`'));
  expect(windsurf).toContain('| **no** |');
  expect(windsurf).toContain('recorded samples only');
});

test('before a run is recorded there is no table of results', () => {
  expect(resultTables(path.join(dir, 'none.json'))).toBe('');
});

test('a check of several runtimes is one line, which names those that it is true of, or those that it is not', () => {
  const loader = (passed: boolean): object => ({ check: 'a loader arrives', passed });
  const hook = { check: 'a hook is heard', passed: true };
  const lines = linesFor([
    { id: 'codex', name: 'Codex', version: '1', checks: [loader(true), hook] },
    { id: 'gemini', name: 'Gemini', version: '2', checks: [loader(false), hook] },
    { id: 'qwen', name: 'Qwen', version: '4', checks: [hook] },
    { id: 'pi', name: 'Pi', version: '5', checks: [loader(true), hook] },
  ]);
  expect(lines[0]).toContain('They are Codex 1, Gemini 2, Qwen 4, Pi 5.');
  expect(lines).toContain('| a loader arrives | all but Gemini 2 (**no**), Qwen 4 |');
  expect(lines).toContain('| a hook is heard | all |');
});

test('a check that most runtimes have no place for names those that have, and no failure is hidden', () => {
  const checks = (passed: boolean): object[] => [{ check: 'a loader arrives', passed }];
  const lines = linesFor([
    { id: 'codex', name: 'Codex', version: '1', checks: checks(true) },
    { id: 'gemini', name: 'Gemini', version: '2', checks: checks(false) },
    { id: 'qwen', name: 'Qwen', version: '4', checks: [] },
  ]);
  expect(lines).toContain('| a loader arrives | Codex 1, Gemini 2 (**no**) |');
});

test('what was tried on one runtime alone stands beside its name, and a failure is not hidden', () => {
  const lines = linesFor([
    {
      id: 'codex',
      name: 'Codex',
      version: '1',
      checks: [
        { check: 'a trap | of its own', passed: true },
        { check: '<b> another', passed: false },
      ],
    },
    { id: 'pi', name: 'Pi', version: '3', checks: [] },
  ]);
  expect(lines).toContain('| Codex 1 | a trap \\| of its own; &lt;b> another (**no**) |');
});
