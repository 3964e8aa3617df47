import { hasInlineValue } from './frontmatter-units.ts';
import { mergeUnits, mergeValue } from './merge-units.ts';
import type { MergeConflict, MergedUnit, MergeOptions } from './merge-units.ts';
import { putTogether, takeApart } from './text-parts.ts';
import type { Unit } from './units.ts';

export type { MergeConflict, MergeOptions } from './merge-units.ts';

/** A merged text, and what could not be merged into it. */
export interface MergedText {
  readonly text: string;
  /** One for each unit that both sides have changed, each in its own way: nothing that a side has written is lost. */
  readonly conflicts: readonly MergeConflict[];
}

/** Lines of a list below an entry that has its value on its own line are no YAML: they go where the other losers go. */
function dropOrphans(units: readonly MergedUnit[], conflicts: MergeConflict[]): MergedUnit[] {
  let entry: Unit | undefined;
  return units.filter(({ unit }) => {
    if (unit.kind === 'entry') entry = unit;
    if (unit.kind !== 'value' || entry === undefined || !hasInlineValue(entry)) return true;
    conflicts.push({ base: '', kept: entry.text, lost: unit.text, lostBy: 'ours', heading: 'frontmatter' });
    return false;
  });
}

/**
 * Merges two versions of a Markdown text that both began as `base`. It is merged by units: entries of frontmatter and the
 * lines of their lists, headings, list items with the lines that go on with them, table rows, paragraphs, and the lines
 * of code that both have.
 *
 * - A unit of the base stays while both sides have it. One that is new on a side comes in; the same new one of both comes once.
 * - A unit that is gone and in whose place one like it is new was changed. A change outlives the other side's removal.
 * - Changed by both in two ways: one version stays (`options.order`, then the text), the other is in `conflicts`.
 * - What both sides put in one place is ordered by its text, what belongs together staying together.
 * - Numbered lists are counted anew. Line ends, blank lines and the last line end are those of the side that changed them.
 *
 * The outcome does not depend on which side is which, nor, for sides with one base, on the order in which several are
 * merged, unless they move units about. With one side unchanged, or both the same, it is the other side to the byte.
 */
export function mergeMarkdown(base: string, ours: string, theirs: string, options: MergeOptions = {}): MergedText {
  if (ours === theirs || theirs === base) return { text: ours, conflicts: [] };
  if (ours === base) return { text: theirs, conflicts: [] };
  const [b, o, t] = [takeApart(base), takeApart(ours), takeApart(theirs)];
  const body = mergeUnits(b.body, o.body, t.body, options);
  const front = mergeUnits(b.frontmatter ?? [], o.frontmatter ?? [], t.frontmatter ?? [], options);
  const conflicts = [
    ...front.conflicts.map((conflict) => ({ ...conflict, heading: 'frontmatter' })),
    ...body.conflicts,
  ];
  const entries = dropOrphans(front.units, conflicts);
  const merged = putTogether({
    lineEnd: mergeValue(b.lineEnd, o.lineEnd, t.lineEnd) ?? '\n',
    frontmatter:
      entries.length > 0 || (o.frontmatter !== undefined && t.frontmatter !== undefined) ? entries : undefined,
    lead: mergeValue(b.lead, o.lead, t.lead) ?? 0,
    body: body.units,
    tail: mergeValue(b.tail, o.tail, t.tail),
  });
  return { text: merged, conflicts };
}
