import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from 'vitest';
import { builtProgram } from '../program.ts';
import type { Scene } from '../program.ts';

export interface Stopped {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `snappy gateway` that serves, as a process of its own. */
export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** What it printed when it began to serve. */
  readonly told: Readonly<Record<string, unknown>>;
  /** Sends a signal and waits until it has ended. */
  stop(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<Stopped>;
}

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Arguments of Node, before the program. */
  readonly node?: readonly string[];
  /** A program that starts Node, with its own arguments. */
  readonly around?: readonly string[];
}

const running = new Set<() => Promise<unknown>>();
// While the file is loaded: a hook that is made later, inside another, is never called.
afterAll(async () => {
  for (const stop of running) await stop();
});

/** Starts the built `snappy gateway` in a scene, on a free port, and waits until it serves. Throws what it said when it ended before. */
export async function startGateway(
  scene: Pick<Scene, 'dir' | 'env'>,
  args: readonly string[],
  options: StartOptions = {},
): Promise<GatewayProcess> {
  const words = [process.execPath, ...(options.node ?? []), builtProgram, 'gateway', '--port', '0', '--json', ...args];
  const [program = '', ...rest] = [...(options.around ?? []), ...words];
  const env = { ...scene.env, ...options.env };
  const child = spawn(program, rest, { cwd: scene.dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...said }));
  const stop = async (signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<Stopped> => {
    running.delete(stop);
    child.kill(signal);
    return ended;
  };
  running.add(stop);
  let told = readTold(said.stdout);
  while (told === undefined) {
    const next = await Promise.race([once(child.stdout, 'data').then(() => undefined), ended]);
    if (next !== undefined) throw new Error(`it ended with ${next.status} and said: ${next.stdout}${next.stderr}`);
    told = readTold(said.stdout);
  }
  return { url: told.url, pid: told.pid, told: { ...told }, stop };
}

/** The one line that is printed when it serves; `undefined` before that, and of an error, which is several lines of JSON. */
function readTold(stdout: string): { readonly url: string; readonly pid: number } | undefined {
  const line = /^\{.*\}$/m.exec(stdout)?.[0];
  return line === undefined ? undefined : (JSON.parse(line) as { url: string; pid: number });
}
