import fs from 'node:fs';
import path from 'node:path';

/** The real path of a file, or `undefined` where a link on the way leads nowhere or in a circle. */
export function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}

/** Where a link leads, as an absolute path; `raw` is what is written in it. Nothing is read. */
export function targetOf(link: string, raw: string): string {
  return path.resolve(path.dirname(link), raw);
}

/**
 * What stands at a path itself, a link as a link; `undefined` for nothing, also where a part of the path is a file or
 * a circle of links (which `throwIfNoEntry` of Node's own does not cover).
 */
export function entryAt(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw cause;
  }
}
