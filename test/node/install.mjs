// Brings every Node of package.json, by the lockfile. Where the machine is not the lockfile's linux-x64, the same versions
// come from the package of its own platform. Plain JavaScript: it runs before anything is built.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureTestPackages, nodeBinary, nodePackage, npm } from '../../scripts/toolchain.mjs';

const folder = import.meta.dirname;
const { optionalDependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

await ensureTestPackages(folder, 'Installing Node 20, 22, 24 and 26 into test/node/ (some 700 MB)');
const missing = Object.entries(optionalDependencies).filter(([name]) => !existsSync(nodeBinary(folder, name)));
if (missing.length > 0) {
  const own = missing.map(([name, spec]) => `${name}@npm:${nodePackage()}@${spec.split('@').at(-1)}`);
  npm(['install', '--no-save', '--no-package-lock', ...own], folder);
}
