// What would be published: packs the tarball and looks at it. Used by the checks and by bench/package.ts.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanEnv, root } from './toolchain.mjs';

const MEGABYTE = 1_000_000;
const MAX_PACKED = 1.5 * MEGABYTE;
const mustHold = [
  'package.json',
  'README.md',
  'LICENSE',
  'THIRD-PARTY-NOTICES.md',
  'CHANGELOG.md',
  'dist/snappy.js',
  'dist/snappy-quick.cjs',
  'dist/snappy-full.cjs',
  'seed/program.md',
];
const installScripts = ['preinstall', 'install', 'postinstall', 'prepare'];

/**
 * Packs the project into `dir`.
 * @returns {{ file: string, packed: number, unpacked: number, files: string[] }} the tarball's path, its size and the
 * size of what is in it in bytes, and the paths in it
 */
export function pack(dir) {
  const windows = process.platform === 'win32';
  const args = ['pack', '--json', '--pack-destination', dir, '--loglevel=error'];
  const result = spawnSync(windows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    encoding: 'utf8',
    env: cleanEnv(),
    shell: windows,
  });
  if (result.status !== 0) throw new Error(`npm pack failed\n${result.stderr ?? result.error?.message}`);
  const [packed] = JSON.parse(result.stdout);
  return {
    file: path.join(dir, packed.filename),
    packed: packed.size,
    unpacked: packed.unpackedSize,
    files: packed.files.map((file) => file.path),
  };
}

/** What is wrong with a packed tarball, in sentences; empty when nothing is. */
export function packageFaults({ packed, files }) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const faults = [];
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']) {
    if (manifest[kind] !== undefined) faults.push(`package.json has ${kind}: all that the CLI needs is bundled`);
  }
  for (const name of installScripts) {
    if (manifest.scripts[name] !== undefined)
      faults.push(`package.json has a script "${name}", which runs on the user's machine`);
  }
  for (const file of mustHold) if (!files.includes(file)) faults.push(`${file} is not in the tarball`);
  for (const file of files)
    if (/\.test\.ts$|\.snap|^(src|test|bench)\//.test(file))
      faults.push(`${file} is in the tarball, but only the tests need it`);
  if (packed > MAX_PACKED) faults.push(`the tarball has ${packed} bytes, the limit is ${MAX_PACKED}`);
  return faults;
}
