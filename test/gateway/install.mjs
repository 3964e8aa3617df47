// Brings the Workers runtime by the lockfile. Plain JavaScript: it runs before anything is built.
import { ensureTestPackages } from '../../scripts/toolchain.mjs';

await ensureTestPackages(import.meta.dirname, 'Installing the Workers runtime into test/gateway/ (some 170 MB)');
