// What the gateway is held against: git over HTTP, rsync's daemon, and two clients of S3.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from '../timing.ts';
import { changeSome } from './files.ts';
import { startRsync, startServer } from './servers.ts';
import type { Place, Round, Way } from './way.ts';

const quiet = { stdio: 'ignore' } as const;

function copy(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

/** Commit and push, as a person would script it. */
const commitAndPush = 'git add -A && git commit -q -m change && git push -q origin HEAD:main';

export async function gitOverHttp({ dir, files, count }: Place): Promise<Way> {
  const remotes = path.join(dir, 'remotes');
  fs.mkdirSync(remotes, { recursive: true });
  const server = path.join(import.meta.dirname, 'git-server.ts');
  const { match } = await startServer(process.execPath, [server, remotes], /^(\d+)$/);
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: dir };
  const sh = (name: string, cwd: string, script: string, before?: () => void): Command => ({
    name: `git, ${name}`,
    command: 'sh',
    args: ['-c', script],
    cwd,
    env,
    ...(before ? { before } : {}),
  });
  return {
    name: 'git over HTTP',
    async begin(round): Promise<Round> {
      const [source, target] = [path.join(dir, `source-${round}`), path.join(dir, `target-${round}`)];
      const remote = path.join(remotes, `${round}.git`);
      execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote], quiet);
      execFileSync('git', ['-C', remote, 'config', 'http.receivepack', 'true'], quiet);
      copy(files, source);
      const url = `http://127.0.0.1:${match[1]}/${round}.git`;
      execFileSync('git', ['init', '-q', '-b', 'main', source], quiet);
      for (const words of [
        ['remote', 'add', 'origin', url],
        ['config', 'user.name', 'bench'],
        ['config', 'user.email', 'bench@localhost'],
      ])
        execFileSync('git', ['-C', source, ...words], quiet);
      return {
        firstPush: sh('first push', source, commitAndPush),
        noChange: sh('no change', source, 'git add -A && git push -q origin HEAD:main'),
        pushSome: sh('1 % changed', source, commitAndPush, () => changeSome(source, count, 2 * round)),
        fullPull: sh('full pull', dir, `git clone -q ${url} ${target}`),
        pullSome: sh('pull of 1 %', target, 'git pull -q', () => {
          changeSome(source, count, 2 * round + 1);
          execFileSync('sh', ['-c', commitAndPush], { cwd: source, env: { ...process.env, ...env }, stdio: 'ignore' });
        }),
      };
    },
  };
}

export async function rsync({ dir, files, count }: Place): Promise<Way> {
  const remotes = path.join(dir, 'remotes');
  const port = await startRsync(remotes);
  return {
    name: 'rsync',
    async begin(round): Promise<Round> {
      const [source, target] = [path.join(dir, `source-${round}`), path.join(dir, `target-${round}`)];
      copy(files, source);
      const remote = `rsync://127.0.0.1:${port}/bench/${round}`;
      const run = (name: string, from: string, to: string, before?: () => void): Command => ({
        name: `rsync, ${name}`,
        command: 'rsync',
        args: ['-a', '--delete', `${from}/`, `${to}/`],
        ...(before ? { before } : {}),
      });
      return {
        firstPush: run('first push', source, remote),
        noChange: run('no change', source, remote),
        pushSome: run('1 % changed', source, remote, () => changeSome(source, count, 2 * round)),
        fullPull: run('full pull', remote, target),
        pullSome: run('pull of 1 %', remote, target, () => {
          changeSome(source, count, 2 * round + 1);
          execFileSync('rsync', ['-a', `${source}/`, `${remote}/`], quiet);
        }),
      };
    },
  };
}
