// Programs that listen for as long as the benchmark runs.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainEnv } from '../timing.ts';

const children: ChildProcess[] = [];

/** Ends every server that was started here. */
export function stopServers(): void {
  for (const child of children.splice(0)) child.kill('SIGTERM');
}
process.once('exit', stopServers);

interface Started {
  readonly child: ChildProcess;
  /** The first line of its output that `wanted` fits. */
  readonly match: RegExpExecArray;
}

/** Starts a program and waits for the line by which it says that it listens. */
export async function startServer(
  command: string,
  args: readonly string[],
  wanted: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const child = spawn(command, args, { env: { ...plainEnv(), ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const match = wanted.exec(line);
    if (match === null) continue;
    // Whatever it prints later is read and dropped, lest the pipe fill up.
    child.stdout.resume();
    return { child, match };
  }
  throw new Error(`${command} ${args.join(' ')} ended before it listened`);
}

/** A port that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when something takes connections on a port. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const socket = net.connect(port, '127.0.0.1');
    const there = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (there) return;
    await sleep(20);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** An rsync daemon that serves `dir` as the module `bench`; its port. */
export async function startRsync(dir: string): Promise<number> {
  const port = await freePort();
  fs.mkdirSync(dir, { recursive: true });
  const config = path.join(dir, '..', 'rsyncd.conf');
  fs.writeFileSync(
    config,
    `use chroot = no\nuid = ${process.getuid?.() ?? 0}\ngid = ${process.getgid?.() ?? 0}\n[bench]\npath = ${dir}\nread only = no\n`,
  );
  children.push(
    spawn('rsync', ['--daemon', '--no-detach', `--config=${config}`, `--port=${port}`, '--address=127.0.0.1'], {
      stdio: 'ignore',
    }),
  );
  await listening(port);
  return port;
}
