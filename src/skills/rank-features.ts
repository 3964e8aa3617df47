import { foldText, hasBeyondAscii, signCharacters, wordCharacters } from './text.ts';

/**
 * More words of one text are not looked at: it bounds the time a long prompt takes, and the score of one falls so far with
 * its length that nothing longer was ever pointed at a skill.
 */
const maxWords = 128;

const apostrophe = new RegExp(`(?<=[${wordCharacters}])'(?=[${wordCharacters}])`, 'gu');
const run = new RegExp(`[${wordCharacters}]+`, 'gu');
const sign = new RegExp(`[${signCharacters}]`, 'gu');
// The same for ASCII alone, several times as fast: nearly every text is.
const plainApostrophe = /(?<=[a-z0-9_])'(?=[a-z0-9_])/g;
const plainRun = /[a-z0-9_]+/g;
const stems = new Map<string, string>();

/**
 * A word without its English ending: a few suffix rules (after S. M. Harman's S stemmer, with -ing and -ed), chosen
 * because `awk/rank.awk` can do the same with substr(). Words of at most three letters, or with a digit or a letter
 * beyond ASCII, stay as they are.
 */
export function stemWord(word: string): string {
  if (word.length <= 3 || !/^[a-z]+$/.test(word)) return word;
  let stem = stems.get(word);
  if (stem === undefined) stems.set(word, (stem = cutEnding(cutPlural(word))));
  return stem;
}

function cutPlural(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(ss|us|is)$/.test(word)) return word;
  if (/(sh|ch|x|ss|z)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

function cutEnding(word: string): string {
  let stem = word;
  if (word.length >= 6 && word.endsWith('ing')) stem = word.slice(0, -3);
  else if (word.length >= 5 && word.endsWith('ed') && !word.endsWith('eed')) stem = word.slice(0, -2);
  if (stem !== word && /(bb|dd|gg|kk|mm|nn|pp|rr|tt)$/.test(stem)) stem = stem.slice(0, -1);
  return stem.length >= 4 && stem.endsWith('e') ? stem.slice(0, -1) : stem;
}

/** What stands for a word in ranking: any whole number is the same word, all others are their stems. */
function rankWord(word: string): string {
  return /^[0-9]+$/.test(word) ? '0' : stemWord(word);
}

/** The stems of a text's words in order, then its characters of scripts without spaces; 128 at most. */
export function rankWords(text: string): string[] {
  const folded = foldText(text);
  const plain = !hasBeyondAscii(folded);
  const joined = folded.includes("'") ? folded.replace(plain ? plainApostrophe : apostrophe, '') : folded;
  const words = (joined.match(plain ? plainRun : run) ?? []).flatMap((word) =>
    word.includes('_') ? word.split('_').filter((part) => part !== '') : [word],
  );
  return [...words.slice(0, maxWords).map(rankWord), ...(plain ? [] : (joined.match(sign) ?? []))].slice(0, maxWords);
}

/** Features of a text with the places (from 0) of the first and the last word that each is made of. */
export interface PlacedFeatures {
  readonly names: string[];
  readonly first: number[];
  readonly last: number[];
}

/** Each word and each pair of neighbours (`a b`) once, words first, in order of appearance. */
export function placeFeatures(words: readonly string[]): PlacedFeatures {
  const places = new Map<string, number>();
  for (const [at, word] of words.entries()) if (!places.has(word)) places.set(word, at);
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < words.length; at++) pairs.add(`${words[at]} ${words[at + 1]}`);
  const ends = [...pairs].map((pair) => pair.split(' ').map((word) => places.get(word) ?? 0));
  return {
    names: [...places.keys(), ...pairs],
    first: [...places.values(), ...ends.map(([first]) => first ?? 0)],
    last: [...places.values(), ...ends.map(([, last]) => last ?? 0)],
  };
}
