// What a user gets: the packed tarball, installed with no network, and how long its `init` takes as a whole process.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack, packageFaults } from '../scripts/pack.mjs';
import { atMost, figure, report } from './report.ts';
import { plainEnv, timeInTurn } from './timing.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'snappy-package-'));
const home = path.join(scratch, 'home');
const project = path.join(scratch, 'project');

/** Installs the tarball into an empty project, and gives the packages that came. */
function install(tarball: string): string[] {
  mkdirSync(home);
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball];
  const result = spawnSync('npm', args, { cwd: project, env: plainEnv(), encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`the tarball cannot be installed offline\n${result.stderr}`);
  return readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
}

/** What `npx snappy-os --version` prints in that project. */
function npxVersion(): string {
  const result = spawnSync('npx', ['--offline', 'snappy-os', '--version'], {
    cwd: project,
    env: plainEnv(),
    encoding: 'utf8',
  });
  return result.stdout.trim();
}

function timeInit(): { node: number; init: number } {
  const cli = path.join(project, 'node_modules/snappy-os/dist/snappy.js');
  const tree = path.join(scratch, 'tree');
  const env = { HOME: home };
  let rounds = 0;
  const [node, init] = timeInTurn(
    [
      { name: 'node -e 0', command: process.execPath, args: ['-e', '0'], env },
      {
        name: 'snappy-os init',
        command: process.execPath,
        args: [cli, 'init', tree],
        env,
        // Moved away, not removed: files made soon after a mass delete take up to ten times as long.
        before: () => existsSync(tree) && renameSync(tree, `${tree}-${(rounds += 1)}`),
      },
    ],
    9,
  );
  return { node: node?.median ?? Number.NaN, init: init?.median ?? Number.NaN };
}

try {
  const tarball = pack(scratch);
  const faults = packageFaults(tarball);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  const packages = install(tarball.file);
  const started = /^\d+\.\d+\.\d+/.test(npxVersion());
  const { node, init } = timeInit();
  report('package', [
    atMost('packages that npx installs', packages.length, '', 1),
    atMost('faults of the package (install scripts, dependencies, files)', faults.length, '', 0),
    atMost('failed starts by npx', started ? 0 : 1, '', 0),
    atMost('packed', tarball.packed / 1e6, 'MB', 1.5),
    figure('unpacked', tarball.unpacked / 1e6, 'MB'),
    figure('node -e 0', node, 'ms'),
    atMost('init into a new folder (goal: 2 x node -e 0 + 300 ms)', init, 'ms', Math.round(2 * node + 300)),
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
