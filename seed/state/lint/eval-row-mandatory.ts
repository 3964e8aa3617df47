import { checkEvalRow } from '../lib/eval.ts';
import type { Finding } from '../lib/finding.ts';
import { readTreeFile, runLint } from '../lib/lint-program.ts';
import { parseJsonLine } from '../lib/log.ts';

const file = 'state/log/evals.ndjson';

/** Eval rows that could be read but may not count: no actor, no auditor, both the same, a field missing. Torn lines are skipped. */
export function checkEvalRows(text: string): Finding[] {
  return text.split('\n').flatMap((line, at) => {
    const row = parseJsonLine(line);
    if (row === undefined) return [];
    return checkEvalRow(row).map((message) => ({
      rule: 'eval-row-mandatory',
      path: file,
      line: at + 1,
      message,
      fix: 'grade the run again in another session; a row is added, never edited',
    }));
  });
}

export function evalRowMandatory(tree: string): Finding[] {
  return checkEvalRows(readTreeFile(tree, file));
}

runLint(import.meta.url, 'eval-row-mandatory.ts', evalRowMandatory);
