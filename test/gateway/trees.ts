import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../../src/sync/gateway/test-pull-world.ts';
import { builtProgram } from '../program.ts';
import type { Ended, Scene } from '../program.ts';

/** A tree of a person, on a disk of its own as far as its gateway can tell. */
export interface Tree {
  readonly dir: string;
  /** Runs the built `snappy` on it, and lets this process go on meanwhile: it may stand between the two. */
  snappy(...args: string[]): Promise<Ended>;
  /** The same under settings of Node, such as `--require`. */
  snappyUnder(node: readonly string[], ...args: string[]): Promise<Ended>;
  /** The same as `snappy`, which has to end well; the value that `--json` prints. */
  json(...args: string[]): Promise<Record<string, unknown>>;
  write(file: string, text: string): void;
  read(file: string): string;
  /** What travels of it, by path, but for logs. */
  files(): Record<string, string>;
  /** What it knows of its gateway; `undefined` where nothing is. */
  known(): string | undefined;
  /** Does what is said to do where a gateway went back. */
  forgetGateway(): void;
}

/** Made anew in the background, or never sent. */
const ofOneMachine = /^(?:\.env\.cache$|\.git\/|state\/index\.md$)/;

/** A tree that is there already; programs are started in the folder of `place`. */
export function treeAt({ env, dir: cwd }: Pick<Scene, 'env' | 'dir'>, dir: string): Tree {
  const at = (file: string): string => path.join(dir, file);
  const knownFile = at('state/log/gateway/os.known');
  const snappyUnder = async (node: readonly string[], ...args: string[]): Promise<Ended> => {
    const words = [...node, builtProgram, ...args, '--tree', dir];
    const child = spawn(process.execPath, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stdout, stderr };
  };
  return {
    dir,
    snappyUnder,
    snappy: (...args) => snappyUnder([], ...args),
    async json(...args) {
      const { status, stdout, stderr } = await snappyUnder([], ...args, '--json');
      if (status !== 0) throw new Error(`snappy ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
      return JSON.parse(stdout) as Record<string, unknown>;
    },
    write(file, text) {
      fs.mkdirSync(path.dirname(at(file)), { recursive: true });
      fs.writeFileSync(at(file), text);
    },
    read: (file) => fs.readFileSync(at(file), 'utf8'),
    files: () => Object.fromEntries(Object.entries(filesBelow(dir)).filter(([file]) => !ofOneMachine.test(file))),
    known: () => (fs.existsSync(knownFile) ? fs.readFileSync(knownFile, 'utf8') : undefined),
    forgetGateway: () => fs.rmSync(knownFile),
  };
}

/** The tree of the gateway's operator, in the scene's home, made by `snappy init`. */
export function operatorOf(scene: Scene): Tree {
  scene.snappy('init');
  return treeAt(scene, path.join(scene.home, 'snappy-os'));
}

/** Makes a tree that joins the gateway of another one: as somebody new, or with `--same-tenant` as one more machine. */
export async function joinTree(scene: Scene, name: string, by: Tree, ...flags: string[]): Promise<Tree> {
  const tree = treeAt(scene, path.join(scene.dir, name));
  scene.snappy('init', tree.dir);
  const { line } = await by.json('tenant', 'onboard', '--label', name, ...flags, '--apply');
  const [, url = ''] = /--invite "(\S+)"/.exec(String(line)) ?? [];
  await tree.json('invite', 'redeem', url, '--apply');
  return tree;
}
