import fs from 'node:fs';
import path from 'node:path';

/**
 * The real path of a file, also of one that is not there yet: links in the folders above it are resolved as far as
 * they exist. Two names of one file give one path. A dangling link and a loop of links stand for themselves.
 */
export function eventualPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(eventualPath(parent), path.basename(file));
  }
}

/** What stands under a name, a link as itself; `undefined` where nothing does, or nothing can be seen. */
export function entryAt(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file);
  } catch {
    return undefined;
  }
}
