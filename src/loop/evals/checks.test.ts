import { expect, test } from 'vitest';
import type { Ended, RunOptions } from '../../core/run-program.ts';
import { runChecks } from './checks.ts';
import type { Grading } from './grading.ts';

const criterion = { name: 'a', kind: 'deterministic', check: 'make test', worth: 1, line: 1 } as const;
const grading = {
  tree: '/tree',
  skill: 'ship-it',
  folder: '/run',
  artifact: undefined,
  checked: [criterion],
} as unknown as Grading;

test.each([
  [{ status: 0 }, true, 'exit 0'],
  [{ status: 2, stdout: 'one\ntwo\n' }, false, 'exit 2: two'],
  [{ status: 127, stderr: 'sh: make: not found\n' }, false, 'exit 127: sh: make: not found'],
  [{ fault: 'timed out' }, false, 'it took longer than 60 s'],
  [{ fault: 'killed' }, false, 'it was killed'],
  [{ fault: 'not started' }, false, 'sh could not be started'],
  // What it printed before it was stopped is no reason to believe it.
  [{ status: 0, fault: 'too much output' }, false, 'it printed more than 1 MB'],
] as const)('a command that ends with %j is met: %s', async (ended, met, why) => {
  const calls: [string, readonly string[], RunOptions][] = [];
  const run = async (program: string, args: readonly string[], options: RunOptions): Promise<Ended> => {
    calls.push([program, args, options]);
    return { status: undefined, stdout: '', stderr: '', ...ended };
  };
  expect(await runChecks(grading, { HOME: '/home/ann', CLAUDECODE: '1' }, run)).toEqual([{ criterion, met, why }]);
  expect(calls).toEqual([
    [
      'sh',
      ['-c', 'make test'],
      {
        cwd: '/run',
        timeout: 60_000,
        limit: 1024 * 1024,
        env: {
          HOME: '/home/ann',
          SNAPPY_INSIDE: 'eval',
          SNAPPY_TREE: '/tree',
          SNAPPY_SKILL: 'ship-it',
          SNAPPY_ARTIFACT: '/run',
        },
      },
    ],
  ]);
});
