// snappy itself: the built program against a gateway that is already up.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/core/paths.ts';
import { layTree } from '../corpus.ts';
import { plainEnv } from '../timing.ts';
import type { Command } from '../timing.ts';
import { changeSome } from './files.ts';
import type { Place, Round, Way } from './way.ts';

const program = path.resolve(import.meta.dirname, '../../dist/snappy.js');

/** A gateway, and what its operator's commands need. */
export interface Server {
  readonly name: string;
  /** The operator's tree: invites are made there. */
  readonly operator: string;
}

/** Runs snappy to its end, for what is not timed; what it printed as JSON. */
export function snappy(home: string, args: readonly string[]): unknown {
  const env = { ...plainEnv(), HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, '--json'], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`snappy ${args.join(' ')} ended with status ${status}\n${stderr}${stdout}`);
  return JSON.parse(stdout);
}

/** An empty tree, and a tenant of its own or that of another tree. */
function joinedTree(tree: string, server: Server, sameAs?: string): string {
  layTree(tree, []);
  fs.mkdirSync(path.join(tree, layout.skills), { recursive: true });
  const home = path.dirname(tree);
  const from = sameAs === undefined ? [server.operator, '--label', path.basename(home)] : [sameAs, '--same-tenant'];
  const { url } = snappy(home, ['tenant', 'onboard', '--apply', '--label', 'bench', '--tree', ...from]) as {
    url: string;
  };
  snappy(home, ['invite', 'redeem', url, '--apply', '--tree', tree]);
  // As the hook has done in every tree that is in use.
  snappy(home, ['index', '--tree', tree]);
  return tree;
}

/** Waits for what a tree's program has left to the background: it is told of, not timed, and may slow no other one. */
function waitForBackground(tree: string): void {
  const wait = 'while pgrep -f "bin/snappy[.]js .*$0" > /dev/null; do sleep 0.02; done';
  spawnSync('sh', ['-c', wait, tree], { stdio: 'ignore' });
}

export function ours(server: Server, { dir, files, count }: Place): Way {
  const run = (title: string, tree: string, words: readonly string[], before?: () => void): Command => ({
    name: `${server.name}, ${title}`,
    command: process.execPath,
    // The tree's own copy, as a person and the loop run it.
    args: [path.join(tree, layout.cli), ...words, '--tree', tree],
    env: { HOME: dir },
    ...(before ? { before } : {}),
    after: () => waitForBackground(tree),
  });
  const push = ['push', '--apply'];
  const pull = ['pull', '--apply'];
  return {
    name: server.name,
    async begin(round): Promise<Round> {
      const source = joinedTree(path.join(dir, `source-${round}`, 'tree'), server);
      const target = joinedTree(path.join(dir, `target-${round}`, 'tree'), server, source);
      const skills = path.join(source, layout.skills);
      fs.cpSync(files, skills, { recursive: true, preserveTimestamps: true });
      return {
        firstPush: run('first push', source, push),
        noChange: run('no change', source, push),
        pushSome: run('1 % changed', source, push, () => changeSome(skills, count, 2 * round)),
        fullPull: run('full pull', target, pull),
        pullSome: run('pull of 1 %', target, pull, () => {
          changeSome(skills, count, 2 * round + 1);
          snappy(dir, [...push, '--tree', source]);
        }),
      };
    },
  };
}
