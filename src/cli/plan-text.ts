import os from 'node:os';
import path from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Change } from '../core/system.ts';

/** A path as a person writes it: below the home folder with `~`. */
export function homely(file: string, home = os.homedir()): string {
  return file === home || file.startsWith(`${home}${path.sep}`) ? `~${file.slice(home.length)}` : file;
}

/** The unified diff of one written file, its unchanged parts left out; a new file is all additions. */
function diffOf(change: Extract<Change, { kind: 'write' }>): string {
  const before = change.before?.toString('utf8') ?? '';
  const name = homely(change.path);
  const from = change.before === undefined ? '/dev/null' : name;
  return createTwoFilesPatch(from, name, before, change.after.toString('utf8'), undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  }).trimEnd();
}

/** One planned change as text: a diff for a file that is written, a line for anything else. */
export function renderChange(change: Change): string {
  const where = homely(change.path);
  switch (change.kind) {
    case 'write':
      return diffOf(change);
    case 'symlink':
      return `link    ${where} -> ${homely(change.target)}`;
    case 'remove':
      return `remove  ${where}`;
    case 'mkdir':
      return `make    ${where}/`;
    case 'rmdir':
      return `remove  ${where}/ (empty)`;
    case 'rename':
      return `move    ${where} -> ${homely(change.to)}`;
  }
}
