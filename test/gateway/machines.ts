import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { builtProgram, type Ended } from '../program.ts';
import { startGateway } from './gateway-process.ts';
import type { GatewayProcess } from './gateway-process.ts';

/** A person's machine: a home folder of its own and, where this system lets a test do that, a network of its own. */
export interface Machine {
  readonly home: string;
  readonly tree: string;
  /** Added to what programs here are started with. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs `snappy` to its end. */
  snappy(...args: string[]): Ended;
  /** The same, which has to end well; the value that `--json` prints. */
  json(...args: string[]): Record<string, unknown>;
  /** Runs Node to its end. */
  node(...args: string[]): Ended;
  read(file: string): string;
  write(file: string, text: string): void;
  has(file: string): boolean;
}

/** Machines on one network, the first of which serves. */
export interface Machines {
  /** How they are kept apart; a test has it in its name. */
  readonly kind: string;
  readonly server: Machine;
  /** Another home on the second machine. */
  addHome(name: string): Machine;
  /** Starts `snappy gateway` on the first machine, made anew, and waits until it serves; gives its address. */
  serve(...args: string[]): Promise<string>;
}

const ip = (...args: string[]): boolean => spawnSync('ip', args, { stdio: 'ignore' }).status === 0;

/** Two network namespaces with a cable between them; `undefined` where this user may not make them. */
function makeNetworks(): { readonly names: readonly [string, string]; readonly host: string } | undefined {
  const id = randomBytes(3).toString('hex');
  const [a, b] = [`snappy-${id}a`, `snappy-${id}b`];
  afterAll(() => {
    ip('netns', 'del', a);
    ip('netns', 'del', b);
  });
  if (!ip('netns', 'add', a) || !ip('netns', 'add', b)) return undefined;
  const [left, right] = [`sn${id}a`, `sn${id}b`];
  const host = '10.231.77.1';
  const isUp =
    ip('link', 'add', left, 'netns', a, 'type', 'veth', 'peer', 'name', right, 'netns', b) &&
    ip('-n', a, 'addr', 'add', `${host}/30`, 'dev', left) &&
    ip('-n', b, 'addr', 'add', '10.231.77.2/30', 'dev', right) &&
    [a, b].every((name) => ip('-n', name, 'link', 'set', 'lo', 'up')) &&
    ip('-n', a, 'link', 'set', left, 'up') &&
    ip('-n', b, 'link', 'set', right, 'up');
  return isUp ? { names: [a, b], host } : undefined;
}

function makeMachine(home: string, network: string | undefined): Machine {
  fs.mkdirSync(home, { recursive: true });
  const tree = path.join(home, 'snappy-os');
  const env: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin', HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const node = (...args: string[]): Ended => {
    const words = network === undefined ? [] : ['ip', 'netns', 'exec', network];
    const [program = process.execPath, ...rest] = [...words, process.execPath, ...args];
    const { status, stdout, stderr } = spawnSync(program, rest, { cwd: home, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const snappy = (...args: string[]): Ended => node(builtProgram, ...args);
  return {
    home,
    tree,
    env,
    node,
    snappy,
    json(...args) {
      const ended = snappy(...args, '--json');
      if (ended.status !== 0) throw new Error(`snappy ${args.join(' ')}: ${ended.stdout}${ended.stderr}`);
      return JSON.parse(ended.stdout) as Record<string, unknown>;
    },
    read: (file) => fs.readFileSync(path.join(tree, file), 'utf8'),
    write(file, text) {
      fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      fs.writeFileSync(path.join(tree, file), text);
    },
    has: (file) => fs.existsSync(path.join(tree, file)),
  };
}

/** Lays two machines that are gone when the tests of the file have ended. Where no network can be made both are on loopback. */
export function makeMachines(): Machines {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-machines-')));
  const networks = makeNetworks();
  const running: GatewayProcess[] = [];
  afterAll(async () => {
    for (const gateway of running) await gateway.stop();
    // What a hook or a command has started in the background may still be writing.
    fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const server = makeMachine(path.join(dir, 'operator'), networks?.names[0]);
  return {
    kind: networks === undefined ? 'two homes on loopback, no networks of their own' : 'two networks',
    server,
    addHome: (name) => makeMachine(path.join(dir, name), networks?.names[1]),
    async serve(...args) {
      const host = networks?.host ?? '127.0.0.1';
      const around = networks === undefined ? [] : ['ip', 'netns', 'exec', networks.names[0]];
      const scene = { dir: server.home, env: server.env };
      const words = ['--data', path.join(dir, 'gateway'), '--host', host, ...args];
      const gateway = await startGateway(scene, words, { around });
      running.push(gateway);
      return String(gateway.told['address']);
    },
  };
}
