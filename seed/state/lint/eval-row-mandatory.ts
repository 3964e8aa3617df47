import fs from 'node:fs';
import path from 'node:path';
import { checkEvalRow } from '../lib/eval.ts';
import type { Finding } from '../lib/finding.ts';
import { runLint } from '../lib/lint-program.ts';
import { parseJsonLine } from '../lib/log.ts';

const file = 'state/log/evals.ndjson';
const rule = 'eval-row-mandatory';
/** Bytes. */
const maxLine = 16 * 1024 * 1024;

/** Eval rows that could be read but may not count: no actor, no auditor, both the same, a field missing. Torn lines are skipped. */
export function checkEvalRows(text: string, firstLine = 1): Finding[] {
  return text.split('\n').flatMap((line, at) => {
    const row = parseJsonLine(line);
    if (row === undefined) return [];
    return checkEvalRow(row).map((message) => ({
      rule,
      path: file,
      line: firstLine + at,
      message,
      fix: 'grade the run again in another session; a row is added, never edited',
    }));
  });
}

/** Calls `take` with the text of a file in pieces of whole lines: a log of years is larger than a text can be. */
function readPieces(fd: number, take: (text: string) => void): void {
  const bytes = Buffer.alloc(1024 * 1024);
  let left = Buffer.alloc(0);
  for (let count = fs.readSync(fd, bytes); count > 0; count = fs.readSync(fd, bytes)) {
    const all = Buffer.concat([left, bytes.subarray(0, count)]);
    const end = all.lastIndexOf(10) + 1;
    if (end > 0) take(all.subarray(0, end - 1).toString('utf8'));
    // What is as long as this is no row, and is not carried along.
    left = all.length - end > maxLine ? Buffer.alloc(0) : all.subarray(end);
  }
  if (left.length > 0) take(left.toString('utf8'));
}

/** Every row of a tree that breaks the rule. A log that is there and cannot be read is a finding too: it would hide them. */
export function evalRowMandatory(tree: string): Finding[] {
  const findings: Finding[] = [];
  let line = 1;
  try {
    const fd = fs.openSync(path.join(tree, file), 'r');
    try {
      readPieces(fd, (text) => {
        for (const finding of checkEvalRows(text, line)) findings.push(finding);
        line += text.split('\n').length;
      });
    } finally {
      fs.closeSync(fd);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    const message = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    return [{ rule, path: file, line: 1, message, fix: 'check its owner and mode' }];
  }
  return findings;
}

runLint(import.meta.url, 'eval-row-mandatory.ts', evalRowMandatory);
