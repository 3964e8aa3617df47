import { skillEntries, skillRecord } from './index-entries.ts';
import type { SkillPhrases } from './index-entries.ts';
import { maxTermBytes } from './index-format.ts';
import { homeOf } from './index-reader.ts';
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
  const lineOf = (term: string): string => lines.get(term) ?? index.line(term);
  for (const change of changes) {
    const { number, before, after } = change;
    // A phrase may be anchored at any of its words: the full compile chose the rarest.
    const stale = before === undefined ? [] : [before.phrases.name.toLowerCase(), ...before.phrases.spoken.split(' '), ...rankTerms(before.texts)];
    for (const term of new Set(stale)) {
      const line = lineOf(term);
      const without = withoutSkill(line, number);
      if (without !== line) lines.set(term, without);
    }
    lines.set(`#${number}`, after === undefined ? '' : skillRecord(after.phrases));
    if (after === undefined) continue;
    for (const [term, field] of fitOne(number, index.skills + changes.length, after.texts, (word) => lineOf(word).split('\t')[0] ?? '')) {
      const [, ...entries] = lineOf(term).split('\t');
      lines.set(term, [field, ...entries].join('\t'));
    }
    for (const { term, entry } of skillEntries(number, after.phrases)) lines.set(term, `${lineOf(term)}\t${entry}`);
  }
  let text = '\n';
  for (const [term, line] of lines) if (Buffer.byteLength(homeOf(term)) <= maxTermBytes) text += `${term}\t${line}\n`;
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

/** A term's line without what it says of one skill. */
function withoutSkill(line: string, number: number): string {
  const [field = '', ...entries] = line.split('\t');
  const kept = field.split(' ').filter((part, at) => at === 0 || !part.startsWith(`${number}:`));
  return [kept.join(' '), ...entries.filter((entry) => entry.slice(1, entry.indexOf(' ')) !== String(number))].join('\t');
}
