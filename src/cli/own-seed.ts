import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A file of the seed that came with this program; `undefined` where there is none, as for the copy of the program in a tree.
 * For merges of what the seed has laid: they begin with it.
 */
export async function readOwnSeed(file: string): Promise<Buffer | undefined> {
  const { findSeedPackage } = await import('../tree/seed-files.ts');
  try {
    const { seed } = findSeedPackage(fileURLToPath(import.meta.url), 'init');
    return fs.readFileSync(path.join(seed, file));
  } catch {
    return undefined;
  }
}
