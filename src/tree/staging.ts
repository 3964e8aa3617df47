import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { System } from '../core/system.ts';
import { explainDiskError } from '../core/disk-error.ts';

/** The folder in a tree that says: an init has begun here and has not come to its end. */
export const unfinishedMark = '.snappy-init';

/** What a person does about an init that failed. */
export const goOn = 'when that is repaired, the same command goes on from here';

/** Nobody's init takes this long, in milliseconds: whoever bears the process id by then is somebody else. */
const abandonedAfter = 10 * 60_000;

/**
 * A folder of one init's own, inside the tree that is being laid (so that a rename from it never crosses a disk).
 * Everything is made in it and put in place whole, by one rename each. So a kill at any moment leaves whole files and
 * the mark, and the next init does the rest. Two inits at once work side by side: they lay the same bytes.
 */
export interface Staging {
  readonly dir: string;
  /** Lays a file unless something is there already. Returns whether it was laid. */
  lay(file: string, data: Buffer | string, mode?: number): boolean;
  /** Gives up: what was staged goes, the mark stays for the next init. */
  abandon(): void;
  /** Takes the mark away, unless another init is still at work under it. */
  close(): void;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives, and belongs to somebody else.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isAbandoned(dir: string): boolean {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  return (
    stat === undefined ||
    Date.now() - stat.mtimeMs > abandonedAfter ||
    !isAlive(Number.parseInt(path.basename(dir), 10))
  );
}

/** Another init may end, and take the mark away, between two steps of this one. */
function unlessRaced(work: () => void, codes: readonly string[]): boolean {
  try {
    work();
    return true;
  } catch (cause) {
    if (codes.includes((cause as NodeJS.ErrnoException).code ?? '')) return false;
    throw cause;
  }
}

/** Removes what inits that were killed have left under the mark. */
function sweep(system: System, mark: string): void {
  const gone = ['ENOENT', 'ENOTDIR'];
  unlessRaced(() => {
    for (const name of fs.readdirSync(mark)) {
      const dir = path.join(mark, name);
      // The git of a killed init lives on for a moment, and may be writing there yet.
      if (isAbandoned(dir)) unlessRaced(() => system.discard(dir), [...gone, 'ENOTEMPTY']);
    }
  }, gone);
}

function makeFolder(system: System, dir: string): void {
  for (let tries = 0; tries < 3; tries++) if (unlessRaced(() => system.mkdir(dir), ['ENOENT'])) return;
  // Node's recursive mkdir says ENOENT for a read-only disk too. The plain one says what is the matter.
  let top = dir;
  while (!fs.existsSync(path.dirname(top))) top = path.dirname(top);
  fs.mkdirSync(top);
  system.mkdir(dir);
}

/** Begins an init of `tree`, which is made if it is missing. */
export function openStaging(system: System, tree: string): Staging {
  const mark = path.join(tree, unfinishedMark);
  const dir = path.join(mark, `${process.pid}-${randomBytes(4).toString('hex')}`);
  sweep(system, mark);
  makeFolder(system, dir);
  let count = 0;
  return {
    dir,
    lay(file, data, mode) {
      const target = path.join(tree, file);
      if (fs.lstatSync(target, { throwIfNoEntry: false }) !== undefined) return false;
      const staged = path.join(dir, String(count++));
      try {
        system.write(staged, data, mode);
        system.mkdir(path.dirname(target));
        system.rename(staged, target);
      } catch (cause) {
        throw explainDiskError(cause, goOn, target);
      }
      return true;
    },
    abandon() {
      system.discard(dir);
    },
    close() {
      system.discard(dir);
      sweep(system, mark);
      unlessRaced(() => system.rmdir(mark), ['ENOENT', 'ENOTEMPTY', 'EEXIST']);
    },
  };
}
