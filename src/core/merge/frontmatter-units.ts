import { finishUnits } from './units.ts';
import type { Draft, Unit } from './units.ts';

const entryRank = 20;
const valueRank = 15;

const entryStart = /^([^\s#-][^:]*):(?:\s+(.*)|\s*)$/;
const valueStart = /^(\s*)(?:- |-$|([^\s#:][^:]*):(?:\s|$))/;
/** The head of a block scalar: what follows is text, whatever it looks like (YAML 1.2, 8.1). */
const blockScalar = /^[|>][-+0-9]*\s*(?:#.*)?$/;

/** Takes frontmatter apart, without its fences: entries, and the lines of the lists and maps that they hold. */
export function readFrontmatterUnits(lines: readonly string[]): Unit[] {
  const drafts: Draft[] = [];
  let blanks = 0;
  let key = '';
  let inText = false;
  // Where the keys of the map begin that an entry holds; there is none once it turns out to hold a list.
  let mapIndent: number | undefined;
  for (const line of lines) {
    if (line.trim() === '') {
      blanks++;
      continue;
    }
    const entry = entryStart.exec(line);
    const value = valueStart.exec(line);
    const before = drafts.length === 0 ? undefined : blanks;
    const last = drafts.at(-1);
    if (entry !== null) {
      key = entry[1] ?? '';
      mapIndent = undefined;
      inText = blockScalar.test(entry[2] ?? '');
      drafts.push({ kind: 'entry', lines: [line], rank: entryRank, before, slot: key });
    } else if (value !== null && !inText) {
      const indent = value[1]?.length ?? 0;
      mapIndent ??= value[2] === undefined ? -1 : indent;
      const slot = mapIndent === indent ? { slot: `${key}.${value[2] ?? ''}` } : {};
      drafts.push({ kind: 'value', lines: [line], rank: valueRank - Math.min(indent, 10), before, ...slot });
    } else if (last === undefined || line.startsWith('#')) {
      drafts.push({ kind: 'comment', lines: [line], rank: entryRank, before });
    } else {
      // It goes on with what is above it: text over several lines.
      drafts[drafts.length - 1] = { ...last, lines: [...last.lines, ...Array<string>(blanks).fill(''), line] };
    }
    blanks = 0;
  }
  return finishUnits(drafts);
}

/** Whether an entry has its value on its own line, so that no list can follow it. */
export function hasInlineValue(unit: Unit): boolean {
  const value = unit.kind === 'entry' ? entryStart.exec(unit.lines[0] ?? '')?.[2] : undefined;
  return value !== undefined && value !== '' && !value.startsWith('#') && !value.startsWith('&');
}
