import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setInIndex } from './entries.ts';
import type { Entry } from './entries.ts';
import { must } from './git-calls.ts';
import type { Repository } from './repository.ts';

/** An index of our own beside the person's, which is not touched. */
export interface TemporaryIndex {
  readonly env: NodeJS.ProcessEnv;
  /** Sets files; `undefined` takes one out. */
  set(changes: Iterable<readonly [path: string, entry: Entry | undefined]>): void;
  /** Writes it down as a tree and gives the tree's id. */
  writeTree(): string;
}

/** Does `work` with an index that begins as `tree` (a tree or commit), and removes it. */
export function withIndex<T>(repository: Repository, tree: string, work: (index: TemporaryIndex) => T): T {
  const file = path.join(repository.gitDir, `snappy-sync-index.${process.pid}.${randomBytes(4).toString('hex')}`);
  const env = { GIT_INDEX_FILE: file };
  try {
    must(repository, ['read-tree', tree], { env });
    return work({
      env,
      set: (changes) => setInIndex(repository, changes, env),
      writeTree: () => must(repository, ['write-tree'], { env }).trim(),
    });
  } finally {
    fs.rmSync(file, { force: true });
    fs.rmSync(`${file}.lock`, { force: true });
  }
}

/** Removes what runs that were killed have left in git's folder. The regen lock is held, so nobody uses it. */
export function sweepLeftovers({ gitDir }: Repository): void {
  for (const name of fs.readdirSync(gitDir))
    if (name.startsWith('snappy-sync-')) fs.rmSync(path.join(gitDir, name), { recursive: true, force: true });
}
