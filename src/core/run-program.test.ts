import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { runProgram } from './run-program.ts';
import { testPrograms } from './test-programs.ts';

const programs = testPrograms();
const options = (): { env: NodeJS.ProcessEnv; timeout: number } => ({ env: programs.env(), timeout: 30_000 });

/** Whether a process has ended; one that nobody has asked after yet (a zombie) has. */
function hasEnded(pid: string): boolean {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).trim().startsWith('Z');
  } catch {
    return true;
  }
}

test('a program gives its status and both outputs, and its arguments reach it as they are', async () => {
  const file = programs.add('say', 'printf "%s|" "$@"; echo oops >&2; exit 3');
  expect(await runProgram(file, ['a b', "it's", '$HOME', ''], options())).toEqual({
    status: 3,
    stdout: "a b|it's|$HOME||",
    stderr: 'oops\n',
  });
});

test('stdin is at its end, or is the input that was given', async () => {
  const file = programs.add('echo-input', 'cat');
  expect(await runProgram(file, [], options())).toMatchObject({ status: 0, stdout: '' });
  const input = 'x'.repeat(50_000);
  expect(await runProgram(file, [], { ...options(), input })).toMatchObject({ status: 0, stdout: input });
});

test('a program that does not read a long input ends as it likes', async () => {
  const file = programs.add('deaf', 'exit 4');
  expect(await runProgram(file, [], { ...options(), input: 'x'.repeat(5_000_000) })).toMatchObject({ status: 4 });
});

test('a program that hangs is stopped when its time is over', async () => {
  const file = programs.add('hang', 'sleep 600');
  expect(await runProgram(file, [], { ...options(), timeout: 50 })).toMatchObject({
    status: undefined,
    fault: 'timed out',
  });
});

test('of endless output the first bytes are kept, and all that the program has started is killed', async () => {
  const pidFile = path.join(programs.dir, 'pid');
  const file = programs.add('flood', `sleep 600 & echo $! > '${pidFile}'\nwhile :; do echo yyyyyyyyyyyyyyyy; done`);
  const ended = await runProgram(file, [], { ...options(), limit: 1_000 });
  expect(ended).toMatchObject({ status: undefined, fault: 'too much output' });
  expect(ended.stdout).toHaveLength(1_000);
  const pid = fs.readFileSync(pidFile, 'utf8').trim();
  await vi.waitFor(() => expect(hasEnded(pid)).toBe(true), 10_000);
});

test('what a program leaves behind with its output open does not hold up the answer', async () => {
  const pidFile = path.join(programs.dir, 'pid');
  const file = programs.add('leave', `sleep 600 & echo $! > '${pidFile}'\necho 1.2.3`);
  expect(await runProgram(file, [], options())).toEqual({ status: 0, stdout: '1.2.3\n', stderr: '' });
  process.kill(Number(fs.readFileSync(pidFile, 'utf8')), 'SIGKILL');
});

test('a program that kills itself, and one that cannot be started, are told apart', async () => {
  const crash = programs.add('crash', 'echo half; kill -SEGV $$');
  expect(await runProgram(crash, [], options())).toEqual({
    status: undefined,
    stdout: 'half\n',
    stderr: '',
    fault: 'killed',
  });
  const notStarted = { status: undefined, stdout: '', stderr: '', fault: 'not started' };
  expect(await runProgram(programs.add('plain', 'echo', 0o644), [], options())).toEqual(notStarted);
  expect(await runProgram(programs.add('odd', '#!/no/such/interpreter\n'), [], options())).toEqual(notStarted);
  expect(await runProgram(path.join(programs.dir, 'nowhere'), [], options())).toEqual(notStarted);
  expect(await runProgram('nul\0byte', [], options())).toEqual(notStarted);
});
