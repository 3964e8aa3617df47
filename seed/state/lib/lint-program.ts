import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOwnTree } from './env.ts';
import { formatFinding } from './finding.ts';
import type { Finding } from './finding.ts';

/**
 * Runs a lint when its file is the program that was started: `node state/lint/<name> [tree]`. Prints a line for each
 * finding and sets the exit status to 1 when there are any, to 2 when there is no tree. Does nothing when the file was
 * imported, or bundled into another one: then `url` is not that of a file called `name`.
 */
export function runLint(url: string, name: string, lint: (tree: string) => Finding[]): void {
  const file = fileURLToPath(url);
  const started = process.argv[1];
  if (path.basename(file) !== name || started === undefined || realPath(started) !== realPath(file)) return;
  const tree = process.argv[2] === undefined ? findOwnTree(url) : path.resolve(process.argv[2]);
  if (tree === undefined || !fs.existsSync(path.join(tree, 'state/skills'))) {
    process.stderr.write(
      `${name}: ${tree ?? 'no folder above this file'} is not a snappy-os tree; expected: node ${name} [tree]\n`,
    );
    process.exitCode = 2;
    return;
  }
  const findings = lint(tree);
  for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`);
  process.stdout.write(
    `${name}: ${findings.length === 0 ? 'no findings' : findings.length === 1 ? '1 finding' : `${findings.length} findings`}\n`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
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
