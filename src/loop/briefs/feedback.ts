import { parseFeedbackRow, readRows } from '../../../seed/state/lib/log.ts';
import type { FeedbackRow, Rows } from '../../../seed/state/lib/log.ts';
import { readTail } from '../../core/log-tail.ts';
import { layout } from '../../core/paths.ts';

/** What is read of each log at most, in bytes: some ten thousand rows. */
const tailBytes = 1024 * 1024;

/**
 * Puts feedback rows in the order of their times. Shells write whole seconds and `snappy log` milliseconds, so within one
 * second it is the order they were written in that counts.
 */
export function inOrder(rows: readonly FeedbackRow[]): FeedbackRow[] {
  const second = ({ ts }: FeedbackRow): number => Math.floor(Date.parse(ts) / 1000);
  return rows.toSorted((a, b) => second(a) - second(b));
}

/**
 * The feedback rows of a tree, of today's log and of the one by its older name, in the order of their times; of each the
 * newest megabyte. A row that both logs hold, or that a merge has doubled, counts once. `skipped` counts lines that are
 * none.
 */
export function readFeedback(tree: string): Rows<FeedbackRow> {
  const logs = [layout.oldFeedback, layout.feedback].map((file) =>
    readRows(readTail(tree, file, tailBytes), parseFeedbackRow),
  );
  const once = new Map(logs.flatMap(({ rows }) => rows.map((row) => [JSON.stringify(row), row])));
  return { rows: inOrder([...once.values()]), skipped: logs.reduce((sum, { skipped }) => sum + skipped, 0) };
}
