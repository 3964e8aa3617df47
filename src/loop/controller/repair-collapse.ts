import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { mergeMarkdown } from '../../core/merge/markdown.ts';
import type { System } from '../../core/system.ts';
import { findCollapses } from '../briefs/lost-lines.ts';
import type { Collapse } from '../briefs/lost-lines.ts';
import type { SkillState } from '../briefs/rule.ts';
import { editSkill } from '../edits/edit-skill.ts';
import type { Look } from '../edits/look.ts';
import type { SkillPatch } from '../edits/own-edit.ts';
import { loadRevision } from '../edits/store.ts';

/** An older loss has been lived with: its brief asks for the lines, nobody puts them back unasked. In milliseconds. */
const longestAgo = 24 * 60 * 60 * 1000;

/** An edit with the lines it put in and took out. */
interface Changed {
  readonly edit: EditRow;
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

function changedBy(edit: EditRow): Changed {
  const lines = (which: 'added' | 'removed'): Set<string> =>
    new Set(edit.changes.flatMap(({ diff }) => changedLines(diff)[which]).map((line) => line.trim()));
  return { edit, added: lines('added'), removed: lines('removed') };
}

/**
 * Whether a line that the edit at a place took out is to stay out, or has been seen to already. It was put back after that
 * edit: then what took it out since counts. It was put back before, and the same session takes it out again: then it means
 * it, and so does whoever cannot be told from the one before.
 */
function isSettled(line: string, at: number, history: readonly Changed[]): boolean {
  const putsBack = ({ edit, added }: Changed): boolean => edit.how === 'merge' && added.has(line);
  if (history.slice(at + 1).some(putsBack)) return true;
  const before = history.slice(0, history.slice(0, at).findLastIndex(putsBack) + 1);
  const by = history[at]?.edit;
  const isKnown = by !== undefined && by.how !== 'found' && by.session !== '';
  return before.some(
    ({ edit, removed }) =>
      removed.has(line) && (!isKnown || (edit.runtime === by.runtime && edit.session === by.session)),
  );
}

/** The collapses whose lines may be put back unasked: of the last day, after the last revert, and not settled. */
function openCollapses(state: SkillState): Collapse[] {
  const { edits, now } = state;
  const reverted = edits.findLastIndex(({ how }) => how === 'revert');
  const recent = findCollapses(state)
    .map((collapse) => ({ ...collapse, at: edits.indexOf(collapse.edit) }))
    .filter(({ edit, at }) => at > reverted && Math.abs(now - Date.parse(edit.ts)) < longestAgo);
  if (recent.length === 0) return [];
  const history = edits.map(changedBy);
  return recent
    .map(({ edit, lines, at }) => ({ edit, lines: lines.filter((line) => !isSettled(line.trim(), at, history)) }))
    .filter(({ lines }) => lines.length > 0);
}

/** The text of a loader. Throws `refused` on one that is no UTF-8: its bytes would not come back out of a merge. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new SnappyError('refused', 'lines that a rewrite had lost were not put back: the loader is no UTF-8', {
    hint: 'save it as UTF-8, then put back what is missing: snappy regen list names it',
  });
}

function loaderOf(skill: string, files: SkillFiles | undefined): string | undefined {
  for (const [name, { bytes }] of files ?? []) if (isLoaderFile(skill, name)) return textOf(bytes);
  return undefined;
}

/**
 * A loader with lines that it has lost. They go where they stood: what is merged is the loader as it is with the one they
 * stood in, over that one without them, so that nothing else of it comes back.
 */
export function withLines(loader: string, earlier: string, lines: readonly string[]): string {
  const lost = new Set(lines.map((line) => line.trim()));
  const without = earlier
    .split(/(?<=\n)/)
    .filter((line) => !lost.has(line.trim()))
    .join('');
  return mergeMarkdown(without, loader, earlier).text;
}

/** How many of these lines stand in a text. */
function countThere(text: string, lines: readonly string[]): number {
  const there = new Set(text.split(/\r\n|\n|\r/).map((line) => line.trim()));
  return lines.filter((line) => there.has(line.trim())).length;
}

/**
 * Puts lines that a rewrite has lost back into the loader, as an edit of its own. How many; 0 when there are none, or the
 * revision that had them is not kept here. Throws `refused` where a loader is no UTF-8. Lock held.
 */
export async function repairCollapse(
  system: System,
  tree: string,
  state: SkillState,
  by: { readonly runtime: string; readonly session: string },
): Promise<number> {
  const { skill, loader } = state;
  if (loader === undefined) return 0;
  let text = loader;
  const wanted: string[] = [];
  for (const { edit, lines } of openCollapses(state)) {
    const earlier = edit.before === null ? undefined : loaderOf(skill, loadRevision(tree, skill, edit.before));
    if (earlier === undefined) continue;
    text = withLines(text, earlier, lines);
    wanted.push(...lines);
  }
  const count = countThere(text, wanted);
  if (count === 0) return 0;
  const file = path.posix.basename(state.loaderPath);
  const patch = (look: Look | undefined): SkillPatch => {
    const old = look?.files.get(file);
    // Somebody has written it since the drain read it: the next drain sees what is lost then.
    if (old === undefined || textOf(old.bytes) !== loader) return new Map();
    return new Map([[file, { ...old, bytes: Buffer.from(text) }]]);
  };
  const edit = await editSkill(system, tree, { skill, patch, by: { ...by, how: 'merge' } }, new Date(state.now));
  return edit === undefined ? 0 : count;
}
