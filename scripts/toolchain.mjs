// Brings what the project's own tools need, and nothing outside the project folder: the packages of the lockfile, and
// Node 24 where the machine's Node is older than the tool chain wants. Plain JavaScript: it runs on Node 20.19.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const toolchain = path.join(root, '.toolchain');
const windows = process.platform === 'win32';

/** The environment without the settings that an outer `npm run` leaves for an inner npm. */
export function cleanEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
}

/** Runs one program to its end, its output shown; throws a message a person can act on when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: cleanEnv(), ...options });
  if (result.error) throw new Error(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.signal ?? `status ${result.status}`}`);
}

function npm(args, cwd) {
  run(windows ? 'npm.cmd' : 'npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, shell: windows });
}

function newEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Path of a Node that the tool chain runs on (>= 22.18): the machine's own, else Node 24 in `.toolchain/`. */
function ensureNode() {
  if (newEnough(process.versions.node)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = path.join(toolchain, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    console.log(`Node ${process.versions.node} is older than the tool chain wants: bringing Node 24 into .toolchain/`);
    mkdirSync(toolchain, { recursive: true });
    writeFileSync(path.join(toolchain, 'package.json'), '{ "private": true }\n');
    npm(['install', '--no-save', '--no-package-lock', `${name}@24`], toolchain);
  }
  return binary;
}

/** Installs the packages of the lockfile if that has not been done for this very lockfile. */
function ensurePackages() {
  const lock = path.join(root, 'package-lock.json');
  const stamp = path.join(root, 'node_modules', '.snappy-installed');
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.log('Installing the packages of package-lock.json');
  npm(['ci', '--engine-strict=false'], root);
  const part = `${stamp}.${process.pid}`;
  writeFileSync(part, digest);
  renameSync(part, stamp);
}

// Two commands started at once must not install over each other: the second waits for the first one's lock.
async function locked(work) {
  const lock = path.join(root, '.toolchain.lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (cause) {
      if (cause.code !== 'EEXIST') throw cause;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > 600_000) rmSync(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  try {
    return work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

/** Makes the checkout ready to build and test, and gives the path of the Node to do it with. */
export async function ensureToolchain() {
  return locked(() => {
    const node = ensureNode();
    ensurePackages();
    return node;
  });
}
