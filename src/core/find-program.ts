import fs from 'node:fs';
import path from 'node:path';

/** The environment a program is looked for in, and the platform whose rules hold; the platform is given by tests. */
export interface Search {
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/** Windows keeps the list under whichever case it was written in. */
function searchPath(env: NodeJS.ProcessEnv): string {
  return env['PATH'] ?? env['Path'] ?? '';
}

/**
 * What may stand behind a program's name. On Windows npm lays `name`, `name.cmd` and `name.ps1` side by side; the first
 * is a sh script that Windows cannot start.
 */
function suffixes(windows: boolean): readonly string[] {
  return windows ? ['.exe', '.cmd', '.bat'] : [''];
}

function isProgram(file: string, windows: boolean): boolean {
  try {
    if (!fs.statSync(file).isFile()) return false;
    if (!windows) fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The absolute path of the program that a shell would start for this name; `undefined` where there is none.
 * Entries of PATH that are empty or relative mean the working folder, which may be anybody's: they are passed over.
 */
export function findProgram(name: string, { env, platform = process.platform }: Search): string | undefined {
  const windows = platform === 'win32';
  const rules = windows ? path.win32 : path.posix;
  const names = suffixes(windows).map((suffix) => `${name}${suffix}`);
  return searchPath(env)
    .split(rules.delimiter)
    .map((dir) => (windows ? dir.replace(/^"(.*)"$/, '$1') : dir))
    .filter((dir) => rules.isAbsolute(dir))
    .flatMap((dir) => names.map((file) => path.join(dir, file)))
    .find((file) => isProgram(file, windows));
}
