import os from 'node:os';
import path from 'node:path';
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import type { Change } from '../core/system.ts';
import { homely } from './homely.ts';
import { maskHunk } from './masked-diff.ts';

export { homely } from './homely.ts';

/** A text with the paths below the home folder as a person writes them. */
export function homelyText(text: string, home = os.homedir()): string {
  // Not in the middle of another path: backups have whole paths below them.
  return text
    .split(`${home}${path.sep}`)
    .reduce((done, rest) => `${done}${/[\p{L}\p{N}_.~/\\-]$/u.test(done) ? home : '~'}${path.sep}${rest}`);
}

const isMarkdown = (name: string): boolean => /\.mdc?$/i.test(name);

/**
 * The unified diff of two texts, the unchanged parts left out; `undefined` is one that is not there. Unless they are
 * Markdown, what is not changed is shown without its values, which may be secrets.
 */
export function diffOfTexts(name: string, before: string | undefined, after: string | undefined): string {
  const from = before === undefined ? '/dev/null' : name;
  const to = after === undefined ? '/dev/null' : name;
  const patch = structuredPatch(from, to, before ?? '', after ?? '', undefined, undefined, { context: 3 });
  const hunks = patch.hunks.map((hunk) => ({ ...hunk, lines: maskHunk(hunk.lines) }));
  return formatPatch(isMarkdown(name) ? patch : { ...patch, hunks }, FILE_HEADERS_ONLY).trimEnd();
}

/** The unified diff of one written file; a new file is all additions. */
export function diffOf(change: Extract<Change, { kind: 'write' }>): string {
  return diffOfTexts(homely(change.path), change.before?.toString('utf8'), change.after.toString('utf8'));
}

/** One planned change as text: a diff for a file that is written, a line for anything else. */
function renderChange(change: Change): string {
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

/** The folder and the verb that lines of one kind share; `undefined` for a change that is shown by itself. */
function groupOf(change: Change): string | undefined {
  const folder = homely(path.dirname(change.path));
  if (change.kind === 'remove') return `remove  from ${folder}/`;
  const sameName = change.kind === 'symlink' && path.basename(change.path) === path.basename(change.target);
  return sameName ? `link    in ${folder}/ to ${homely(path.dirname(change.target))}/` : undefined;
}

/** Planned changes as text, in order; links of one folder to one other share a line, as there can be hundreds. */
export function renderChanges(changes: readonly Change[]): string {
  const groups = new Map<string | Change, Change[]>();
  for (const change of changes) {
    const key = groupOf(change) ?? change;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [change]);
    else members.push(change);
  }
  const lines = [...groups].map(([key, members]) => {
    if (typeof key !== 'string' || members.length === 1) return members.map(renderChange).join('');
    return `${key}: ${members.map((change) => path.basename(change.path)).join(', ')}`;
  });
  return lines.join('\n');
}
