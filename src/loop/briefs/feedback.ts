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

/** A longer line is passed over, in characters: a row is a sentence, and what is no row must not hold up a drain. */
const maxLine = 4096;

/** Where a row begins, and where one begins that nothing parts from what stands before it, as no text quotes a row. */
const beginning = /\[\d{4}-\d\d-\d\dT[^\]\s]{0,40}\] /g;
const gluedBeginning = /(?<=[^\s"'`(])\[\d{4}-\d\d-\d\dT[^\]\s]{0,40}\] /g;

function lastRow(line: string, begins: RegExp): FeedbackRow | undefined {
  const last = [...line.matchAll(begins)].at(-1);
  return last === undefined || last.index === 0 ? undefined : parseFeedbackRow(line.slice(last.index));
}

/** Reads a log. A row that a shell appended to one that was torn stands on the same line, and is read all the same. */
function readLog(text: string): Rows<FeedbackRow> {
  let torn = 0;
  const { rows, skipped } = readRows(text, (line) => {
    if (line.length > maxLine) return undefined;
    const glued = lastRow(line, gluedBeginning);
    const whole = glued === undefined ? parseFeedbackRow(line) : undefined;
    if (whole !== undefined) return whole;
    const after = glued ?? lastRow(line, beginning);
    if (after !== undefined) torn++;
    return after;
  });
  return { rows, skipped: skipped + torn };
}

/**
 * The feedback rows of a tree, of today's log and of the one by its older name, in the order of their times; of each the
 * newest megabyte. A row that both logs hold, or that a merge has doubled, counts once. `skipped` counts lines that
 * are none, rows that were torn, and lines of more than 4096 characters.
 */
export function readFeedback(tree: string): Rows<FeedbackRow> {
  const logs = [layout.oldFeedback, layout.feedback].map((file) => readLog(readTail(tree, file, tailBytes)));
  const once = new Map(logs.flatMap(({ rows }) => rows.map((row) => [JSON.stringify(row), row])));
  return { rows: inOrder([...once.values()]), skipped: logs.reduce((sum, { skipped }) => sum + skipped, 0) };
}
