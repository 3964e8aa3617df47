import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOwnTree } from './env.ts';
import { formatFinding } from './finding.ts';
import type { Finding } from './finding.ts';

/** What a lint is asked for besides a tree: the words of its command line from the first option on. */
export type Lint = (tree: string, options: readonly string[]) => Finding[];

/** A lint that cannot be run as it was asked to; the message is for the person who asked. */
export class LintUsageError extends Error {}

/**
 * Runs a lint when its file is the program that was started: `node state/lint/<name> [tree] [options]`. Prints a line for
 * each finding and sets the exit status to 1 when there are any, to 2 when there is no tree, or an option that is not in
 * `usage`. Does nothing when the file was imported, or bundled into another one: then `url` is not that of a file called `name`.
 */
export function runLint(url: string, name: string, lint: Lint, usage = '[tree]'): void {
  const file = fileURLToPath(url);
  const started = process.argv[1];
  if (path.basename(file) !== name || started === undefined || realPath(started) !== realPath(file)) return;
  try {
    const findings = lintTree(url, lint, usage);
    for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`);
    process.stdout.write(
      `${name}: ${findings.length === 0 ? 'no findings' : findings.length === 1 ? '1 finding' : `${findings.length} findings`}\n`,
    );
    process.exitCode = findings.length === 0 ? 0 : 1;
  } catch (cause) {
    if (!(cause instanceof LintUsageError)) throw cause;
    process.stderr.write(`${name}: ${cause.message}; expected: node ${name} ${usage}\n`);
    process.exitCode = 2;
  }
}

function lintTree(url: string, lint: Lint, usage: string): Finding[] {
  const words = process.argv.slice(2);
  const at = words.findIndex((word) => word.startsWith('-'));
  const [named] = at === -1 ? words : words.slice(0, at);
  const options = at === -1 ? [] : words.slice(at);
  if (options[0] !== undefined && !usage.includes(`[${options[0]} `))
    throw new LintUsageError(`${options[0]} is no option of it`);
  const tree = named === undefined ? findOwnTree(url) : path.resolve(named);
  if (tree === undefined || !fs.existsSync(path.join(tree, 'state/skills')))
    throw new LintUsageError(`${tree ?? 'no folder above this file'} is not a snappy-os tree`);
  return lint(tree, options);
}

/** The text of a file below a tree, or nothing when there is none. */
export function readTreeFile(tree: string, file: string): string {
  try {
    return fs.readFileSync(path.join(tree, file), 'utf8');
  } catch {
    return '';
  }
}

function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}
