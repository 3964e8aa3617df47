// `npm run check`: everything about the project that is not a test. Runs every check, says in one line how each went,
// shows what a failed one printed, and ends with status 1 if any failed. `npm run check lint types` runs only those.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatMessage } from 'publint/utils';
import { publint } from 'publint';
import { generated } from './generate.mjs';
import { pack, packageFaults } from './pack.mjs';
import { root } from './toolchain.mjs';

/** A check returns nothing, or a promise of it, and throws what is wrong; this one is for what cannot run here. */
class Skipped extends Error {}

function start(command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`${result.stdout}${result.stderr}`.trim() || `ended with ${result.signal ?? result.status}`);
}

const tool =
  (script, ...args) =>
  () =>
    start(process.execPath, [path.join(root, script), ...args]);

async function checkPackage() {
  const dir = mkdtempSync(path.join(tmpdir(), 'snappy-pack-'));
  try {
    const faults = packageFaults(pack(dir));
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const { messages } = await publint({ pkgDir: root, strict: true });
    faults.push(...messages.map((message) => formatMessage(message, manifest, { color: false })));
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function checkGenerated() {
  const stale = [];
  for (const { file, text } of await generated()) {
    if (readFileSync(path.join(root, file), 'utf8') !== text) stale.push(file);
  }
  if (stale.length > 0) throw new Error(`${stale.join(', ')}: not as generated. Run: npm run generate`);
}

function checkSizes() {
  const budgets = JSON.parse(readFileSync(path.join(root, 'scripts/budgets.json'), 'utf8'));
  const over = budgets.flatMap(({ file, kB, gzipKB }) => {
    const bytes = readFileSync(path.join(root, file));
    const sizes = [
      [bytes.length, kB, ''],
      [gzipSync(bytes).length, gzipKB, ' gzipped'],
    ];
    return sizes
      .filter(([size, limit]) => size > limit * 1000)
      .map(
        ([size, limit, how]) =>
          `${file} has ${(size / 1000).toFixed(1)} kB${how}, its budget is ${limit} kB (scripts/budgets.json)`,
      );
  });
  if (over.length > 0) throw new Error(over.join('\n'));
}

function shellFiles() {
  const hooks = 'seed/state/hooks';
  const found = readdirSync(path.join(root, hooks)).filter((name) => name.endsWith('.sh'));
  return [...found.map((name) => `${hooks}/${name}`), '.ci/run'].filter((file) =>
    statSync(path.join(root, file)).isFile(),
  );
}

function checkShell() {
  try {
    start('shellcheck', ['--version']);
  } catch {
    const how = 'shellcheck is not installed (Debian: apt install shellcheck)';
    throw process.env.CI === 'true' ? new Error(how) : new Skipped(how);
  }
  start('shellcheck', shellFiles());
}

const checks = {
  types: tool('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'),
  'web types': tool('node_modules/typescript/bin/tsc', '-p', 'tsconfig.web.json'),
  lint: tool('node_modules/oxlint/bin/oxlint', '--format', 'unix', '.'),
  format: tool('node_modules/oxfmt/bin/oxfmt', '--check', '.'),
  'dead code': tool('node_modules/knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'),
  package: checkPackage,
  generated: checkGenerated,
  sizes: checkSizes,
  shell: checkShell,
  'hook benchmark': tool('bench/hook.ts', '--smoke'),
};

async function runCheck(name) {
  const begin = performance.now();
  const line = (verdict) =>
    `${verdict.padEnd(5)} ${name.padEnd(16)} ${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s`;
  try {
    await checks[name]();
    console.log(line('ok'));
    return true;
  } catch (error) {
    const skipped = error instanceof Skipped;
    console.log(`${line(skipped ? 'skip' : 'FAIL')}\n${error.message.replace(/^/gm, '      ')}`);
    return skipped;
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`unknown check ${unknown.join(', ')}; they are: ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const name of wanted.length > 0 ? wanted : Object.keys(checks)) if (!(await runCheck(name))) failed += 1;
console.log(failed === 0 ? 'all checks passed' : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
