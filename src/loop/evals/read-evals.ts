import { readEvalRow } from '../../../seed/state/lib/eval.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { parseJsonLine, readRows } from '../../../seed/state/lib/log.ts';
import type { Rows } from '../../../seed/state/lib/log.ts';
import { readTail } from '../../core/log-tail.ts';
import { layout } from '../../core/paths.ts';

/** What is read of the rows at most unless more is asked for, in bytes: some ten thousand runs, and a moment's work. */
const tailBytes = 4 * 1024 * 1024;

/**
 * The graded runs of a tree, of one skill or of all, in the order in which they were written: that order holds where a
 * clock jumped. `skipped` counts lines that were torn or break the rules. Only for reads that are attended: a drain on
 * Stop, or a command that a person gave.
 */
export function readEvals(tree: string, skill?: string, most = tailBytes): Rows<EvalRow> {
  const { rows, skipped } = readRows(readTail(tree, layout.evals, most), parseEvalLine);
  return { rows: skill === undefined ? rows : rows.filter((row) => row.skill === skill), skipped };
}

function parseEvalLine(line: string): EvalRow | undefined {
  const value = parseJsonLine(line);
  return value === undefined ? undefined : readEvalRow(value);
}
