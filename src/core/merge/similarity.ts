import type { Unit } from './units.ts';

// Scripts that set no blanks between words: each character counts as one.
const word = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}_]+/gu;

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(word) ?? [];
}

function firstCell(text: string): string {
  return (text.replace(/^\s*\|/, '').split('|')[0] ?? '').trim();
}

/**
 * How alike two units are, from 0 to 1: the share of their words that both have (Dice). Entries with one key and table
 * rows with one first cell are the same thing with another value, and wholly alike; units of two kinds are not at all.
 */
export function similarity(a: Unit, b: Unit): number {
  if (a.kind !== b.kind) return 0;
  if (a.slot !== undefined || b.slot !== undefined) return a.slot === b.slot ? 1 : 0;
  if (a.kind === 'heading' && a.rank !== b.rank) return 0;
  if (a.kind === 'row' && firstCell(a.text) !== '' && firstCell(a.text) === firstCell(b.text)) return 1;
  const [left, right] = [wordsOf(a.text), wordsOf(b.text)];
  if (left.length === 0 || right.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const one of left) counts.set(one, (counts.get(one) ?? 0) + 1);
  let shared = 0;
  for (const one of right) {
    const count = counts.get(one) ?? 0;
    if (count === 0) continue;
    counts.set(one, count - 1);
    shared++;
  }
  return (2 * shared) / (left.length + right.length);
}
