import path from 'node:path';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';
import type { SkillFiles } from '../../../seed/state/lib/revision.ts';
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

/**
 * The collapses whose lines may be put back unasked: of the last day and after the last revert, without the lines that
 * were put back once before. Who takes those out again means it.
 */
function openCollapses(state: SkillState): Collapse[] {
  const { edits, now } = state;
  const reverted = edits.findLastIndex(({ how }) => how === 'revert');
  const putBack = new Set(
    edits
      .filter(({ how }) => how === 'merge')
      .flatMap(({ changes }) => changes.flatMap(({ diff }) => changedLines(diff).added))
      .map((line) => line.trim()),
  );
  return findCollapses(state)
    .filter(({ edit }) => edits.indexOf(edit) > reverted && Math.abs(now - Date.parse(edit.ts)) < longestAgo)
    .map(({ edit, lines }) => ({ edit, lines: lines.filter((line) => !putBack.has(line.trim())) }))
    .filter(({ lines }) => lines.length > 0);
}

function loaderOf(skill: string, files: SkillFiles | undefined): string | undefined {
  for (const [name, { bytes }] of files ?? []) if (isLoaderFile(skill, name)) return bytes.toString('utf8');
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
 * revision that had them is not kept here. Lock held.
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
    return old?.bytes.toString('utf8') === loader ? new Map([[file, { ...old, bytes: Buffer.from(text) }]]) : new Map();
  };
  const edit = await editSkill(system, tree, { skill, patch, by: { ...by, how: 'merge' } }, new Date(state.now));
  return edit === undefined ? 0 : count;
}
