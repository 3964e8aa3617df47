// Brings the real agent programs of this folder's lockfile. Plain JavaScript: it runs before anything is built.
import { ensureTestPackages } from '../../scripts/toolchain.mjs';

await ensureTestPackages(
  import.meta.dirname,
  'Installing the agent programs of test/runtimes/package-lock.json (some 600 MB)',
);
