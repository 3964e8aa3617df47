// `npm run figures`: runs every benchmark and keeps what it printed in docs/figures/, from where the README's tables come.
// A benchmark that misses a goal is recorded too, so that it can be looked at, and the run ends with status 1.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './toolchain.mjs';

const folder = path.join(root, 'docs/figures');
mkdirSync(folder, { recursive: true });
// The small ones first: files made soon after thousands were removed take up to ten times as long.
for (const name of ['package', 'match', 'index', 'install', 'hook', 'loop', 'sync']) {
  console.log(`bench:${name}`);
  const more = name === 'loop' ? ['--picture', 'docs/loopbench.svg'] : [];
  const result = spawnSync(process.execPath, [`bench/${name}.ts`, '--json', ...more], { cwd: root, encoding: 'utf8' });
  if (result.stdout === '') throw new Error(`bench:${name} printed nothing\n${result.stderr}`);
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(JSON.parse(result.stdout), undefined, 2)}\n`);
  if (result.status !== 0) {
    console.error(`bench:${name} missed a goal${result.stderr === '' ? '' : `\n${result.stderr}`}`);
    process.exitCode = 1;
  }
}
