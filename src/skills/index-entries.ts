import { isBareCommonWord } from '../../seed/state/lib/common-words.ts';
import { maxTermBytes } from './index-format.ts';
import { foldText, markRuns, wordsOf } from './text.ts';

/** What the index keeps of one skill, apart from ranking. */
export interface SkillPhrases {
  readonly name: string;
  /** The loader's path below `state/skills`, or `-` where there is none. */
  readonly loader: string;
  readonly triggers: readonly string[];
  readonly antiTriggers: readonly string[];
  /** The words of its triggers and examples, once each, with a space between. */
  readonly spoken: string;
}

/** The words that people use when they want a skill: those of its triggers and examples. */
export function spokenWords(phrases: readonly string[]): string {
  return [...new Set(phrases.flatMap((phrase) => wordsOf(foldText(phrase))))].join(' ');
}

interface Phrase {
  readonly skill: number;
  readonly marked: string;
  readonly words: readonly string[];
}

function readPhrase(skill: number, text: string): Phrase {
  const folded = foldText(text).trim();
  const words = wordsOf(folded).filter((word) => Buffer.byteLength(word) <= maxTermBytes);
  return { skill, marked: markRuns(folded), words };
}

/**
 * The word of a phrase under which it is looked up: the one that the fewest phrases share, so that a prompt with a
 * common word does not have to try thousands of phrases; of equals the longest, then the first.
 */
function chooseAnchor(phrase: Phrase, frequency: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  for (const word of phrase.words) {
    if (best === undefined) best = word;
    const fewer = (frequency.get(word) ?? 0) - (frequency.get(best) ?? 0);
    if (fewer < 0 || (fewer === 0 && word.length > best.length)) best = word;
  }
  return best;
}

/**
 * Names that match only when they are called (`/name`, `$name`, in backticks): single words that say little by
 * themselves, since they are everyday words or people use them when they want another skill.
 */
function ambiguousNames(skills: readonly SkillPhrases[]): Set<string> {
  const speakers = new Map<string, Set<number>>();
  const names = new Set(skills.map(({ name }) => name.toLowerCase()).filter((name) => !name.includes('-')));
  for (const [number, { spoken }] of skills.entries()) {
    for (const word of spoken.split(' ')) {
      if (names.has(word)) speakers.set(word, (speakers.get(word) ?? new Set()).add(number));
    }
  }
  const ambiguous = new Set<string>();
  for (const [number, skill] of skills.entries()) {
    const name = skill.name.toLowerCase();
    const others = [...(speakers.get(name) ?? [])].some((speaker) => speaker !== number);
    if (names.has(name) && (others || isBareCommonWord(name))) ambiguous.add(name);
  }
  return ambiguous;
}

/**
 * Term -> entries, in the form of `index-format.ts`. `skills` are in the order of their numbers. A trigger phrase
 * without a word in it (only punctuation) cannot be looked up and is left out; the lint tells of it.
 */
export function indexEntries(skills: readonly SkillPhrases[]): Map<string, string[]> {
  const entries = new Map<string, string[]>();
  const add = (term: string, entry: string): void => {
    const list = entries.get(term);
    if (list === undefined) entries.set(term, [entry]);
    else if (!list.includes(entry)) list.push(entry);
  };
  const phrases: Phrase[] = [];
  const ambiguous = ambiguousNames(skills);
  for (const [number, skill] of skills.entries()) {
    for (const { term, entry } of nameEntry(number, skill.name, ambiguous.has(skill.name.toLowerCase())))
      add(term, entry);
    for (const trigger of skill.triggers) phrases.push(readPhrase(number, trigger));
  }
  const frequency = new Map<string, number>();
  for (const phrase of phrases) {
    for (const word of new Set(phrase.words)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  for (const phrase of phrases) {
    const anchor = chooseAnchor(phrase, frequency);
    if (anchor !== undefined) add(anchor, `T${phrase.skill} ${phrase.marked}`);
  }
  return entries;
}

/**
 * The entries of one skill by itself, for an index that has the others already. Each phrase is anchored at its longest
 * word, and a single-word name counts as ambiguous only if it is an everyday word: the next full compile knows better.
 */
export function skillEntries(number: number, skill: SkillPhrases): { term: string; entry: string }[] {
  const own = skill.triggers.flatMap((trigger) => {
    const phrase = readPhrase(number, trigger);
    const anchor = chooseAnchor(phrase, new Map());
    return anchor === undefined ? [] : [{ term: anchor, entry: `T${number} ${phrase.marked}` }];
  });
  return [...nameEntry(number, skill.name, isBareCommonWord(skill.name.toLowerCase())), ...own];
}

function nameEntry(number: number, name: string, ambiguous: boolean): { term: string; entry: string }[] {
  const called = name.toLowerCase();
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(called)) return [];
  return [{ term: called, entry: `${ambiguous ? 'S' : 'N'}${number} ${called}` }];
}

/** The record of a skill, without its number. */
export function skillRecord(skill: SkillPhrases): string {
  const vetoes = skill.antiTriggers.map((text) => markRuns(foldText(text).trim())).filter((marked) => marked !== '');
  return [skill.name, skill.loader, ...vetoes].join('\t');
}
