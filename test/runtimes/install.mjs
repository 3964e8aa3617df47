// Brings the real agent programs of this folder's lockfile, and the Node that one of them wants. Plain JavaScript: it
// runs before anything is built. No install script is run: the drivers find each program in the package of its
// platform. `package.json` overrides the optional packages of other platforms that not every registry holds: `npm ci`
// refuses a lockfile without them.
import { ensureTestPackages } from '../../scripts/toolchain.mjs';

await ensureTestPackages(
  import.meta.dirname,
  'Installing the agent programs of test/runtimes/package-lock.json (1 GB to fetch, 2.7 GB on the disk, a minute or two)',
);
