// Brings the programs that `npm run bench:install` is held against, at the versions of this folder's lockfile. Plain
// JavaScript: it runs before anything is built. No install script is run.
import { ensureTestPackages } from '../../scripts/toolchain.mjs';

await ensureTestPackages(
  import.meta.dirname,
  'Installing the programs of bench/peers/package-lock.json (180 MB on the disk)',
);
