import { isUtf8 } from 'node:buffer';
import { structuredPatch } from 'diff';
import type { EditChange } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';
import type { SkillFile, SkillFiles } from '../../../seed/state/lib/revision.ts';
import { maskCredentials } from '../../core/credentials.ts';

/** Longer texts are no loader's or reference's: that they changed is noted, not how. In bytes. */
const maxTextBytes = 256 * 1024;
/** A longer diff of one file is left out, in characters; a row is carried between machines for years. */
const maxDiff = 64 * 1024;
/** All diffs of one row together. */
const maxDiffs = 256 * 1024;
/** Beyond this many changed lines the search for the shortest diff costs more than it tells: all is out, all is in. */
const maxChangedLines = 2000;

/** The text of a file; '' for none; `undefined` for what is no text, or too long to be compared. */
function textOf(file: SkillFile | undefined): string | undefined {
  if (file === undefined) return '';
  const { bytes } = file;
  if (bytes.length > maxTextBytes || bytes.includes(0) || !isUtf8(bytes)) return undefined;
  return bytes.toString('utf8');
}

function linesOf(text: string, mark: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const last = lines.pop();
  const marked = lines.map((line) => mark + line);
  return last === '' || last === undefined ? marked : [...marked, mark + last, '\\ No newline at end of file'];
}

function rewrite(before: string, after: string): string {
  const [removed, added] = [linesOf(before, '-'), linesOf(after, '+')];
  const count = (lines: readonly string[]): number => lines.filter((line) => !line.startsWith('\\')).length;
  const range = (size: number): string => (size === 0 ? '0,0' : `1,${size}`);
  return [`@@ -${range(count(removed))} +${range(count(added))} @@`, ...removed, ...added].join('\n');
}

/** The hunks of a unified diff with three lines of context, without a header; '' for equal texts. */
function diffTexts(before: string, after: string): string {
  if (before === after) return '';
  const options = { context: 3, maxEditLength: maxChangedLines };
  const patch = structuredPatch('', '', before, after, undefined, undefined, options);
  if (patch === undefined) return rewrite(before, after);
  // Of a side without lines the number is that of the line before (POSIX `diff -u`).
  const range = (start: number, count: number): string => `${count === 0 ? start - 1 : start},${count}`;
  return patch.hunks
    .flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
      ...lines,
    ])
    .join('\n');
}

/** Both texts are masked as wholes: a key of several lines is not to be found any more between the marks of a diff. */
async function diffFile(before: SkillFile | undefined, after: SkillFile | undefined): Promise<string | null> {
  const [old, now] = [textOf(before), textOf(after)];
  if (old === undefined || now === undefined) return null;
  const diff = diffTexts(await maskCredentials(old), await maskCredentials(now));
  return diff.length > maxDiff ? null : diff;
}

const isSame = (one: SkillFile | undefined, other: SkillFile | undefined): boolean =>
  one !== undefined && other !== undefined && one.bytes.equals(other.bytes);

/**
 * What differs between two revisions of a skill, file by file in path order; `undefined` stands for no skill at all.
 * Credentials are masked. A file that is no text, or whose diff is too long, has `null`.
 */
export async function diffSkills(
  skill: string,
  before: SkillFiles | undefined,
  after: SkillFiles | undefined,
): Promise<EditChange[]> {
  const names = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
  const changed = names.filter((name) => !isSame(before?.get(name), after?.get(name)));
  // The room of a row goes to the loader first, then to the reference, then to what is above other folders.
  const rank = (name: string): number =>
    isLoaderFile(skill, name) ? 0 : name === 'SKILL.md' || name === `${skill}.md` ? 1 : 1 + name.split('/').length;
  let room = maxDiffs;
  const changes: EditChange[] = [];
  for (const file of changed.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    const diff = room > 0 ? await diffFile(before?.get(file), after?.get(file)) : null;
    const fits = diff !== null && diff.length <= room;
    if (fits) room -= diff.length;
    changes.push({ file, diff: fits ? diff : null });
  }
  return changes.toSorted((a, b) => (a.file < b.file ? -1 : 1));
}
