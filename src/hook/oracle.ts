import { isBareCommonWord } from '../../seed/state/lib/common-words.ts';
import type { IndexReader } from '../skills/index-reader.ts';
import { placeFeatures, rankWords } from '../skills/rank-features.ts';
import { foldText } from '../skills/text.ts';

/** A skill as far as names and triggers go. */
export interface OracleSkill {
  readonly name: string;
  readonly triggers: readonly string[];
  readonly antiTriggers: readonly string[];
}

// What `text.ts` says of characters, said once more in another way: by Unicode's own script and category names.
const unspaced =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}\p{Script=Hangul}]/u;
const wordCharacter = /[\p{L}\p{M}\p{N}_]/u;
const wordRun = new RegExp(`(?:(?!${unspaced.source})${wordCharacter.source})+`, 'gu');
const hyphened = new RegExp(`${wordRun.source}(?:-${wordRun.source})*`, 'gu');

function joinsWord(character: string | undefined): boolean {
  return character !== undefined && wordCharacter.test(character) && !unspaced.test(character);
}

/** Whether a phrase stands in a text so that no word is cut at its ends: the definition, tried at every place. */
function holdsPhrase(text: string, phrase: string): boolean {
  const characters = [...text];
  const wanted = [...phrase];
  if (wanted.length === 0) return false;
  for (let at = 0; at + wanted.length <= characters.length; at++) {
    if (!wanted.every((character, offset) => characters[at + offset] === character)) continue;
    const cutsBefore = joinsWord(wanted[0]) && joinsWord(characters[at - 1]);
    const cutsAfter = joinsWord(wanted.at(-1)) && joinsWord(characters[at + wanted.length]);
    if (!cutsBefore && !cutsAfter) return true;
  }
  return false;
}

/** The part of a prompt that a person wrote. */
function readable(prompt: string): string {
  const cut = prompt.replace(/<hook_context>[^]*?(<\/hook_context>|$)/g, ' ');
  return [prompt, cut].some((text) => /^[\0-\x20]*<task-notification>/.test(text)) ? '' : cut;
}

/** 3 for a name that is called (`/name`, `$name`, in backticks), 2 for a name as a whole word, 0 for none. */
function nameKind(text: string, name: string, others: readonly OracleSkill[]): number {
  // A whole word: hyphens join words into one here, unless there are two in a row or nothing is on their other side.
  const wholeWords: readonly string[] = text.match(hyphened) ?? [];
  if (!wholeWords.includes(name)) return 0;
  if (text.includes(`\`${name}\``)) return 3;
  if (new RegExp(`(?<![a-z0-9_./~-])[/$]${name}(?![a-z0-9_/-])`).test(text)) return 3;
  const spoken = others.flatMap(({ triggers }) => triggers.flatMap((trigger) => wordRuns(foldText(trigger))));
  return isBareCommonWord(name) || (!name.includes('-') && spoken.includes(name)) ? 0 : 2;
}

function wordRuns(text: string): string[] {
  return text.match(wordRun) ?? [];
}

/** Names of the skills a prompt names or triggers, the most specific first: what the hook must find. */
export function oracleMatches(skills: readonly OracleSkill[], prompt: string): string[] {
  const text = foldText(readable(prompt));
  const found: { name: string; kind: number; size: number }[] = [];
  for (const skill of skills) {
    const called = nameKind(
      text,
      skill.name,
      skills.filter((other) => other !== skill),
    );
    // A phrase without a word in it (punctuation, an emoji) cannot be looked up.
    const triggers = skill.triggers
      .map((trigger) => foldText(trigger).trim())
      .filter((trigger) => (wordRuns(trigger).length > 0 || unspaced.test(trigger)) && holdsPhrase(text, trigger));
    if (called === 0 && triggers.length === 0) continue;
    if (skill.antiTriggers.some((phrase) => holdsPhrase(text, foldText(phrase).trim()))) continue;
    const size = called > 0 ? skill.name.length : Math.max(...triggers.map(markedSize));
    found.push({ name: skill.name, kind: Math.max(called, 1), size });
  }
  return found
    .toSorted((a, b) => b.kind - a.kind || b.size - a.size || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** How specific a phrase is: its bytes, and two for each word. */
function markedSize(phrase: string): number {
  return Buffer.byteLength(phrase) + 2 * wordRuns(phrase).length;
}

/** The name of the skill that a prompt without a match is to be pointed at: the sums of the index's lines, written out. */
export function oracleRank(index: IndexReader, prompt: string): string | undefined {
  const sums = new Map<number, number>();
  let norm = 50;
  for (const feature of placeFeatures(rankWords(readable(prompt))).names) {
    const [own, ...postings] = index.ranking(feature).split(' ');
    norm += own === '' || own === undefined ? (feature.includes(' ') ? 25 : 100) : Number(own);
    for (let at = 0; at + 1 < postings.length; at += 2) {
      const skill = Number(postings[at]);
      sums.set(skill, (sums.get(skill) ?? 0) + Number(postings[at + 1]));
    }
  }
  const [first, second] = [...sums].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]);
  if (first === undefined) return undefined;
  const score = (first[1] - (second?.[1] ?? 0) / 2) / (500 * Math.sqrt(norm / 100));
  return score >= 0.68 ? index.record(first[0])?.split('\t')[0] : undefined;
}
