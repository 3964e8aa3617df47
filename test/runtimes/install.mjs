// Brings the real agent programs of this folder's lockfile, once for each state of the lockfile. Plain JavaScript:
// it runs before anything is built. Kept apart from the project's own packages, since these weigh 600 MB.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const stamp = path.join(folder, 'node_modules', '.snappy-installed');
const digest = createHash('sha256')
  .update(readFileSync(path.join(folder, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  const windows = process.platform === 'win32';
  // The settings of an outer `npm run` would otherwise win over this folder's .npmrc.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  console.log('Installing the agent programs of test/runtimes/package-lock.json (some 600 MB)');
  const result = spawnSync(windows ? 'npm.cmd' : 'npm', ['ci', '--loglevel=error'], {
    cwd: folder,
    env,
    shell: windows,
    stdio: 'inherit',
    timeout: 600_000,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(`test/runtimes: npm ci ended with ${result.signal ?? `status ${result.status}`}`);
    process.exit(1);
  }
  writeFileSync(stamp, digest);
}
