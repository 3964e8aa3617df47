import fs from 'node:fs';
import { parseFrontmatter } from '../../../seed/state/lib/frontmatter.ts';

/** Almost every frontmatter ends in these bytes; a longer one costs a second read. */
const headBytes = 4096;
const headBuffer = Buffer.alloc(headBytes);

/**
 * The beginning of a file, at least to the line that closes its frontmatter; the whole text where none is found at once.
 * `undefined` for a file of more than `maxBytes`.
 */
export function readHead(file: string, maxBytes: number): string | undefined {
  const fd = fs.openSync(file, 'r');
  try {
    const length = fs.readSync(fd, headBuffer, 0, headBytes, 0);
    const head = headBuffer.toString('utf8', 0, length);
    if (length < headBytes) return head;
    if (fs.fstatSync(fd).size > maxBytes) return undefined;
    return /\n---[ \t]*\r?\n/.test(head) ? head : fs.readFileSync(file, 'utf8');
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Runtimes put descriptions into their prompts between tags of their own, and so do our marked blocks: what could close
 * such a tag, or begin or end a comment, has no place in one.
 */
const escaping = /<\/[A-Za-z]|<!|-->|\]\]>|[\u0000-\u0008\u000e-\u001f\u007f]/;

/** What a runtime's listing shows of a skill, or a sentence that says why the skill cannot be served. */
export function checkHead(folder: string, text: string): { readonly description: string } | string {
  const { present, problems, fields } = parseFrontmatter(text);
  const [problem] = problems;
  if (!present) return 'SKILL.md has no frontmatter: its first line is not ---';
  if (problem !== undefined) return `SKILL.md line ${problem.line}: ${problem.message}`;
  const name = fields['name'];
  const description = fields['description'] ?? '';
  if (typeof name !== 'string') return `the frontmatter has no name; runtimes look for "name: ${folder}"`;
  if (name.trim() !== folder)
    return `the name in the frontmatter is ${JSON.stringify(name.trim().slice(0, 80))} and not that of the folder`;
  if (typeof description !== 'string') return 'the description is not text';
  const markup = escaping.exec(description)?.[0];
  return markup === undefined
    ? { description: description.trim() }
    : `the description has markup that could end what it is quoted in: ${JSON.stringify(markup)}`;
}
