import { skillEntries, skillRecord } from './index-entries.ts';
import type { SkillPhrases } from './index-entries.ts';
import { maxTermBytes } from './index-format.ts';
import type { IndexReader } from './index-reader.ts';
import { fitOne, rankTerms } from './ranking.ts';
import type { RankTexts } from './rank-model.ts';

/** What a skill puts into the index. */
export interface IndexedSkill {
  readonly phrases: SkillPhrases;
  readonly texts: RankTexts;
}

/** One skill that came, went or was edited; `before` or `after` is missing for the first two. */
export interface SkillChange {
  readonly number: number;
  readonly before: IndexedSkill | undefined;
  readonly after: IndexedSkill | undefined;
}

/**
 * The lines that differ from the index as it is when a few skills have changed: names, triggers and vetoes exactly as a
 * full compile would have them, ranking fitted for the changed skills alone against all others as they stand. The hook
 * looks here before it looks into the generation's files, so that an edit costs one small file and not hundreds.
 */
export function deltaLines(index: IndexReader, changes: readonly SkillChange[]): string {
  const lines = readLines(index.delta);
  const entriesOf = (word: string): string => lines.get(`e ${word}`) ?? index.entries(word);
  const rankingOf = (term: string): string => lines.get(`r ${term}`) ?? index.ranking(term);
  for (const { number, before, after } of changes) {
    if (before !== undefined) {
      // A phrase may be anchored at any of its words: the full compile chose the rarest.
      for (const word of [before.phrases.name.toLowerCase(), ...before.phrases.spoken.split(' ')]) {
        const entries = entriesOf(word);
        const kept = entries
          .split('\t')
          .filter((entry) => entry.slice(1, entry.indexOf(' ')) !== String(number))
          .join('\t');
        if (kept !== entries) lines.set(`e ${word}`, kept);
      }
      for (const term of rankTerms(before.texts)) {
        const ranking = rankingOf(term);
        const parts = ranking.split(' ');
        const at = parts.findIndex((part, place) => place % 2 === 1 && part === String(number));
        const kept = at < 0 ? ranking : parts.toSpliced(at, 2).join(' ');
        if (kept !== ranking) lines.set(`r ${term}`, kept);
      }
    }
    lines.set(`#${number}`, after === undefined ? '' : skillRecord(after.phrases));
    if (after === undefined) continue;
    for (const [term, ranking] of fitOne(number, index.skills + changes.length, after.texts, rankingOf))
      lines.set(`r ${term}`, ranking);
    for (const { term, entry } of skillEntries(number, after.phrases)) {
      const entries = entriesOf(term);
      lines.set(`e ${term}`, entries === '' ? entry : `${entries}\t${entry}`);
    }
  }
  let text = '\n';
  for (const [key, line] of lines) if (Buffer.byteLength(key) <= 2 * maxTermBytes) text += `${key}\t${line}\n`;
  return text;
}

function readLines(delta: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of delta.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) lines.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return lines;
}
