import os from 'node:os';
import path from 'node:path';

/** A path as a person writes it: below the home folder with `~`. */
export function homely(file: string, home = os.homedir()): string {
  return file === home || file.startsWith(`${home}${path.sep}`) ? `~${file.slice(home.length)}` : file;
}
