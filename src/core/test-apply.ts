import fs from 'node:fs';
import { SnappyError } from './errors.ts';
import type { Change, System } from './system.ts';

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/**
 * Carries out planned changes in order. Throws `failure`, with all before it done and nothing after it, when a file is
 * no longer what the plan was made from: somebody else has written it in the meantime.
 */
export function applyChanges(system: System, changes: readonly Change[]): void {
  for (const change of changes) {
    switch (change.kind) {
      case 'write':
        if (!sameBytes(system.read(change.path), change.before)) {
          throw new SnappyError('failure', `${change.path} was changed by somebody else since the plan was made`, {
            hint: 'it was left as it is; run the command again for a new plan',
          });
        }
        system.write(change.path, change.after, change.mode);
        break;
      case 'remove':
        // Plans remove files and links; a folder that has come in their place is somebody's work.
        if (fs.lstatSync(change.path, { throwIfNoEntry: false })?.isDirectory() === true) {
          throw new SnappyError('failure', `${change.path} has become a folder since the plan was made`, {
            hint: 'it was left as it is; run the command again for a new plan',
          });
        }
        system.remove(change.path);
        break;
      case 'mkdir':
        system.mkdir(change.path, change.mode);
        break;
      case 'rmdir':
        system.rmdir(change.path);
        break;
      case 'symlink':
        system.symlink(change.target, change.path, change.before);
        break;
      case 'rename':
        system.rename(change.path, change.to);
        break;
    }
  }
}
