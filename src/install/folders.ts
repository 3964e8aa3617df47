import fs from 'node:fs';
import path from 'node:path';
import type { Change } from '../core/system.ts';

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

function entriesOf(dir: string): string[] | undefined {
  return fs.lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() === true ? fs.readdirSync(dir) : undefined;
}

/** Those of the folders that hold nothing once `changes` are done, innermost first: the last step of an uninstall. */
export function sweepFolders(folders: readonly string[], changes: readonly Change[]): Change[] {
  const gone = new Set(removedBy(changes));
  const innermost = [...new Set(folders)].toSorted((a, b) => b.length - a.length);
  return innermost.flatMap((dir): Change[] => {
    const entries = gone.has(dir) ? undefined : entriesOf(dir);
    if (entries === undefined || !entries.every((name) => gone.has(path.join(dir, name)))) return [];
    gone.add(dir);
    return [{ kind: 'rmdir', path: dir }];
  });
}
