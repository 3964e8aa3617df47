import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { isLoaderFile } from '../../../seed/state/lib/revision.ts';
import { isNearDuplicate, isSimilarLine } from './lines.ts';
import type { SkillState } from './rule.ts';

/** A rewrite that took away a good part of a loader. */
export interface Collapse {
  readonly edit: EditRow;
  /** The lines that are in the loader no more, as they stood in it. */
  readonly lines: readonly string[];
}

/** Fewer lines than this, or less than this share of the loader, is an ordinary edit. */
const fewestLost = 3;
const leastShare = 0.3;
/** How long before an edit was noticed its author may have written the feedback row, in milliseconds. */
const rowBeforeMs = 60 * 60 * 1000;

/** Older edits of a skill than these were asked about often enough. */
const mostEdits = 20;
/** More lines than this are not compared, of an edit or of a loader: that is four times what a loader may have. */
const mostLines = 2000;

/** Lines that carry something: no blanks, rules, fences, or headings, which are made again with what they head. */
const carries = (line: string): boolean => !/^\s*(?:$|#{1,6}\s|[-*_|:\s]+$|```|~~~)/.test(line);

function loaderChange(edit: EditRow): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const changes = edit.changes
    .filter(({ file }) => isLoaderFile(edit.skill, file))
    .map(({ diff }) => changedLines(diff));
  return {
    added: changes.flatMap(({ added }) => added).filter(carries),
    removed: changes.flatMap(({ removed }) => removed).filter(carries),
  };
}

/**
 * The lines that an edit took out of the loader and that were lost: none of the lines it added took the place of one, and
 * the loader of now does not have it, in other words neither.
 */
export function lostLines(edit: EditRow, loaderNow: string): string[] {
  const { added, removed } = loaderChange(edit);
  const free = added.slice(0, mostLines);
  const now = loaderNow.split(/\r\n|\n|\r/).filter(carries);
  const there = new Set(now.map((line) => line.trim()));
  const compared = now.slice(0, mostLines);
  return removed.slice(0, mostLines).filter((line) => {
    if (there.has(line.trim())) return false;
    const at = free.findIndex((other) => isSimilarLine(line, other));
    if (at !== -1) {
      free.splice(at, 1);
      return false;
    }
    return !compared.some((other) => isNearDuplicate(line, other));
  });
}

/** How many lines that carry something the loader had before each edit, told from what it has now. */
function linesBefore(edits: readonly EditRow[], loaderNow: string): Map<EditRow, number> {
  const before = new Map<EditRow, number>();
  let count = loaderNow.split(/\r\n|\n|\r/).filter(carries).length;
  for (const edit of edits.toReversed()) {
    const { added, removed } = loaderChange(edit);
    count = Math.max(removed.length, count - added.length + removed.length);
    before.set(edit, count);
  }
  return before;
}

/** Whether a feedback row says that something was taken out on purpose: one about this edit, or later. */
function isNamed(state: SkillState, edit: EditRow, previous: EditRow | undefined): boolean {
  const noticed = Date.parse(edit.ts);
  const from = Math.max(noticed - rowBeforeMs, previous === undefined ? 0 : Date.parse(previous.ts));
  return state.feedback.some(({ ts, what }) => {
    const at = Date.parse(ts);
    return at >= Math.floor(from / 1000) * 1000 && at <= state.now && /\bremov(?:ed|ing|al|es?)\b/i.test(what);
  });
}

/**
 * The edits that lost three lines of the loader or more, and 30 % of it, with nobody having said that they are to go.
 * Looked for in what agents and people did; what was put back or merged by program is a consequence of that.
 */
export function findCollapses(state: SkillState): Collapse[] {
  const { loader, edits } = state;
  if (loader === undefined) return [];
  const before = linesBefore(edits, loader);
  return edits.flatMap((edit, at) => {
    if (at < edits.length - mostEdits || edit.after === null || !['tool', 'watched', 'found'].includes(edit.how))
      return [];
    const lines = lostLines(edit, loader);
    const isMuch = lines.length >= fewestLost && lines.length >= leastShare * (before.get(edit) ?? 0);
    return isMuch && !isNamed(state, edit, edits[at - 1]) ? [{ edit, lines }] : [];
  });
}
