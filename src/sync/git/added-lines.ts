import { gitBytes, quiet } from '../../core/git.ts';
import type { InTree } from './git-calls.ts';

/** A line that a file has got. */
export interface AddedLine {
  /** Counted from 1. */
  readonly number: number;
  /** Its bytes, each as one character (Latin-1), so that those of a torn row come back as they were. */
  readonly text: string;
}

/** The lines that blob `after` has and `before` has not, however large both are; `undefined` for more than `limit` bytes of them. */
export function addedLines(repository: InTree, before: string, after: string, limit: number): AddedLine[] | undefined {
  const args = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--text', '-U0', before, after];
  const diff = gitBytes(repository.tree, args, { settings: quiet, limit });
  if (diff === undefined) return undefined;
  const lines: AddedLine[] = [];
  let number = 0;
  for (const line of diff.toString('latin1').split('\n')) {
    const start = /^@@ -\S+ \+(\d+)/.exec(line)?.[1];
    if (start !== undefined) number = Number(start);
    else if (number > 0 && line.startsWith('+')) lines.push({ number: number++, text: line.slice(1) });
  }
  return lines;
}
