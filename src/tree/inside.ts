import fs from 'node:fs';
import path from 'node:path';

/** Whether a file of the tree really lies in the tree: none of the folders above it is a link that leads out. */
export function isInside(tree: string, file: string): boolean {
  const root = fs.realpathSync(tree);
  let dir = path.dirname(path.join(tree, file));
  // The tree itself exists, so this ends there at the latest.
  while (!fs.existsSync(dir)) dir = path.dirname(dir);
  const real = fs.realpathSync(dir);
  return real === root || real.startsWith(root + path.sep);
}
