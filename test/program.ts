import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

export const builtProgram = path.resolve(import.meta.dirname, '../dist/snappy.js');
// As in a tree, the engine's work on the program is kept for the next run: else it would be a fifth of these tests' time.
fs.mkdirSync(path.resolve(import.meta.dirname, '../state/.index'), { recursive: true });

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place of a scenario's own: a folder, a home that is not the tester's, and the built program run in them. */
export interface Scene {
  readonly dir: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs `snappy` to its end. */
  snappy(...args: string[]): Ended;
  /** Runs any program to its end in the same place. */
  run(program: string, ...args: string[]): Ended;
  /** Starts `snappy` and leaves it running. */
  start(...args: string[]): ChildProcess;
  git(repository: string, ...args: string[]): string;
  read(...parts: string[]): string;
  write(file: string, text: string): void;
}

/** Makes a scene that is removed when the tests of the file have ended. It plays on the disk, or in a fresh folder that is given. */
export function makeScene(folder?: string): Scene {
  const dir = folder ?? fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-scene-')));
  const home = path.join(dir, 'home');
  fs.mkdirSync(home);
  // A compile that the hook has started in the background may still be writing.
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const run = (program: string, ...args: string[]): Ended => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: dir, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  return {
    dir,
    home,
    env,
    run,
    snappy: (...args) => run(process.execPath, builtProgram, ...args),
    start: (...args) => spawn(process.execPath, [builtProgram, ...args], { cwd: dir, env, stdio: 'ignore' }),
    git: (repository, ...args) => run('git', '-C', repository, ...args).stdout,
    read: (...parts) => fs.readFileSync(path.join(dir, ...parts), 'utf8'),
    write(file, text) {
      fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      fs.writeFileSync(path.join(dir, file), text);
    },
  };
}
