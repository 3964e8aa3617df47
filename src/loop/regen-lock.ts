import path from 'node:path';
import { withLock } from '../core/lock.ts';
import { layout } from '../core/paths.ts';

/** How long one waits for another process that changes the queue, the briefs or a revision, in milliseconds. */
const waitMs = 30_000;

/**
 * Does `work` while no other process changes what the loop keeps: queue, history of edits, revisions, briefs. Not
 * reentrant. Throws as `withLock`.
 */
export function withRegenLock<T>(tree: string, work: () => T | Promise<T>): Promise<T> {
  return withLock(path.join(tree, layout.regenLock), { waitMs }, work);
}
