import fs from 'node:fs';
import path from 'node:path';
import type { Change } from '../core/system.ts';
import { entryAt } from './links/paths.ts';

/** The folders above a file that are not there, outermost first. */
export function missingFolders(file: string): string[] {
  const missing: string[] = [];
  for (let dir = path.dirname(file); !fs.existsSync(dir) && dir !== path.dirname(dir); dir = path.dirname(dir))
    missing.unshift(dir);
  return missing;
}

/** What the changes take away: files, links and folders. */
export function removedBy(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => (change.kind === 'remove' || change.kind === 'rmdir' ? [change.path] : []));
}

/** What is in a folder; `undefined` where none is, or somebody else has just taken it away. */
function namesIn(dir: string): string[] | undefined {
  if (entryAt(dir)?.isDirectory() !== true) return undefined;
  try {
    return fs.readdirSync(dir);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Those of the folders that hold nothing once the paths in `removed` are gone, innermost first. */
export function emptyFolders(folders: readonly string[], removed: Iterable<string>): Change[] {
  const gone = new Set(removed);
  const innermost = [...new Set(folders)].toSorted((a, b) => b.length - a.length);
  return innermost.flatMap((dir): Change[] => {
    const names = gone.has(dir) ? undefined : namesIn(dir);
    if (names === undefined || !names.every((name) => gone.has(path.join(dir, name)))) return [];
    gone.add(dir);
    return [{ kind: 'rmdir', path: dir }];
  });
}

/** Those of the folders that hold nothing once `changes` are done, innermost first: the last step of an uninstall. */
export function sweepFolders(folders: readonly string[], changes: readonly Change[]): Change[] {
  return emptyFolders(folders, removedBy(changes));
}
