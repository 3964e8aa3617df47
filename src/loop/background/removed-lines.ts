import { isSimilarLine } from '../briefs/lines.ts';

/** Blank lines, rules, fences and what stands below a table's head say nothing that could be lost. */
const carries = (line: string): boolean => !/^(?:$|[-*_=|:\s]+$|```|~~~)/.test(line);
const linesOf = (text: string): string[] =>
  text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter(carries);

/** A line without what marks it as an item or as code. */
const bare = (line: string): string =>
  line
    .trim()
    .replace(/^(?:[-*+]|\d{1,9}[.)])\s+/, '')
    .replace(/^(["'`]+)(.*)\1$/, '$2')
    .trim();

/** What makes a reason one: a few words, not a dash alone. */
const leastReason = 8;

/** Whether a note names this line and says why: `- <line> — <why>`, the dash of any kind. */
function isNamed(line: string, notes: readonly string[]): boolean {
  const wanted = bare(line);
  return notes.some((note) => {
    const text = bare(note);
    const at = text.indexOf(wanted);
    // At its start, or after an item's mark, a quote, or a backtick.
    if (wanted === '' || at === -1 || at > 4) return false;
    const reason = /^["'`]*\s*(?:—|–|--|-|:)\s*(.*)$/.exec(text.slice(at + wanted.length))?.[1] ?? '';
    return reason.trim().length >= leastReason;
  });
}

/** Who writes more lines anew than this has not changed a text but written another one. */
const mostCompared = 200;
const mostTold = 50;

/**
 * The lines of texts that are not in the new ones, were not changed into a similar line, and are not named as removed with
 * a reason; 50 of them at most. A line may move from one text to another. `notes` is the text of REMOVED.md.
 */
export function unnamedLosses(before: readonly string[], after: readonly string[], notes: string): string[] {
  const old = new Set(before.flatMap(linesOf));
  const now = new Set(after.flatMap(linesOf));
  // One line of the new texts takes the place of one that is gone.
  const added = [...now].filter((line) => !old.has(line)).slice(0, mostCompared);
  const named = notes.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const lost: string[] = [];
  for (const line of old) {
    if (lost.length === mostTold) break;
    if (now.has(line) || isNamed(line, named)) continue;
    const at = added.findIndex((other) => isSimilarLine(line, other));
    if (at === -1) lost.push(line);
    else added.splice(at, 1);
  }
  return lost;
}
