import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

/** How a program is run: with which environment and input, for how long, and how much of its output is of interest. */
export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds; then the program and all that it has started are killed. */
  readonly timeout: number;
  /** What it reads on stdin; without it stdin is at its end at once. The caller's own is never handed on. */
  readonly input?: string;
  /** Bytes kept of stdout and of stderr each; a program that prints more is killed. Default 64 kB. */
  readonly limit?: number;
  /** Default the root folder: nothing of the folder the caller stands in is read by chance. */
  readonly cwd?: string;
  /** Whether what it has started and left behind in its process group is killed when it has ended. */
  readonly killsLeftovers?: boolean;
}

/** How a program ended. */
export interface Ended {
  /** Its exit status; `undefined` when it was killed or could not be started. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no status to go by, or no whole output. */
  readonly fault?: 'not started' | 'killed' | 'timed out' | 'too much output';
}

/** Runs a program to its end. Never rejects. */
export type RunProgram = (program: string, args: readonly string[], options: RunOptions) => Promise<Ended>;

const defaultLimit = 64 * 1024;
/** How long output is still waited for when the program has ended but something it started holds the pipe, in milliseconds. */
const patience = 250;

/** Windows starts a `.cmd` only by its command interpreter. The words are ours and plain; the path is quoted. */
function commandLine(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): [string, string[], SpawnOptions] {
  if (process.platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(program)) return [program, [...args], {}];
  const line = `"${[`"${program}"`, ...args].join(' ')}"`;
  return [env['ComSpec'] ?? 'cmd.exe', ['/d', '/s', '/c', line], { windowsVerbatimArguments: true }];
}

/** Kills a program with all it has started: its process group, which it leads. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' }).on('error', () => child.kill());
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of them have ended by themselves.
  }
}

/** Keeps the first `limit` bytes of a stream; `onMore` is called when there are more. */
function collect(stream: Readable | null, limit: number, onMore: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, Math.max(0, limit - size)));
    size += chunk.length;
    if (size > limit) onMore();
  });
  // A pipe that breaks when the program is killed is no news.
  stream?.on('error', () => {});
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Runs a program, as `RunProgram` says, without a shell and in a process group of its own. */
export const runProgram: RunProgram = (program, args, options) =>
  new Promise((resolve) => {
    const [file, words, more] = commandLine(program, args, options.env);
    const notStarted: Ended = { status: undefined, stdout: '', stderr: '', fault: 'not started' };
    let child: ChildProcess;
    try {
      child = spawn(file, words, {
        ...more,
        cwd: options.cwd ?? '/',
        env: options.env,
        detached: process.platform !== 'win32',
        stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        windowsHide: true,
      });
    } catch {
      resolve(notStarted);
      return;
    }
    let settled = false;
    let late: NodeJS.Timeout | undefined;
    const settle = (ended: Ended): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(late);
      if (options.killsLeftovers === true) killGroup(child);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      child.unref();
      resolve(ended);
    };
    const stop = (fault: NonNullable<Ended['fault']>): void => {
      if (settled) return;
      killGroup(child);
      settle({ status: undefined, stdout: stdout(), stderr: stderr(), fault });
    };
    const timer = setTimeout(() => stop('timed out'), options.timeout);
    const limit = options.limit ?? defaultLimit;
    const stdout = collect(child.stdout, limit, () => stop('too much output'));
    const stderr = collect(child.stderr, limit, () => stop('too much output'));
    const end = (status: number | null): void =>
      settle({
        status: status ?? undefined,
        stdout: stdout(),
        stderr: stderr(),
        ...(status === null ? { fault: 'killed' } : {}),
      });
    child.on('error', () => settle(notStarted));
    child.on('close', end);
    child.on('exit', (status) => {
      late = setTimeout(() => end(status), patience);
    });
    // A program that does not read its input closes the pipe: its status tells whether that was right.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
  });
