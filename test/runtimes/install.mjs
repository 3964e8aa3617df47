// Brings the real agent programs of this folder's lockfile, once for each state of the lockfile. They are kept apart
// from the project's own packages, since they weigh 600 MB. Plain JavaScript: it runs before anything is built.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm } from '../../scripts/toolchain.mjs';

const folder = import.meta.dirname;
const stamp = path.join(folder, 'node_modules', '.snappy-installed');
const lockfile = readFileSync(path.join(folder, 'package-lock.json'));
const wanted = createHash('sha256').update(lockfile).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing the agent programs of test/runtimes/package-lock.json (some 600 MB)');
  npm(['ci'], folder);
  // The last act: an install that was interrupted has no stamp and is done again.
  writeFileSync(stamp, wanted);
}
