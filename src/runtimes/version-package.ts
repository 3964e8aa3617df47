import fs from 'node:fs';
import path from 'node:path';
import { readVersion } from './version.ts';

/** Folders between a program and its package.json: `bundle/`, `dist/bin/`. */
const maxDepth = 4;

/** Whether a package's `bin` (docs.npmjs.com, package.json, "bin") names this file. */
function names(bin: unknown, dir: string, program: string): boolean {
  const files = typeof bin === 'object' && bin !== null ? Object.values(bin) : [bin];
  return files.some((file) => typeof file === 'string' && path.resolve(dir, file) === program);
}

/**
 * The version of the npm package that brings a program, by its package.json: `undefined` where no package names this very
 * file as a program of its own. It costs no start, and changes nothing: some programs take seconds before they tell their
 * version, and write into the home folder first.
 */
export function packageVersion(program: string): string | undefined {
  try {
    const real = fs.realpathSync(program);
    let dir = path.dirname(real);
    for (let depth = 0; depth < maxDepth; depth++, dir = path.dirname(dir)) {
      const file = path.join(dir, 'package.json');
      if (!fs.existsSync(file)) continue;
      const { bin, version } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
      // Others on the way only set the kind of the modules beside them.
      if (names(bin, dir, real)) return typeof version === 'string' ? readVersion(version) : undefined;
    }
  } catch {
    // No package, or one that cannot be read: the program has to be asked.
  }
  return undefined;
}
