/**
 * The form in which prompts and phrases are compared. The hook's `awk/text.awk` does the same with bytes; a property
 * test holds the two together.
 *
 * Lower case, straight quotes, one space for any white space, and a mark on each side of a run of word characters:
 * `Ship it!` is `⟨ship⟩ ⟨it⟩!`. A phrase stands in a text at word boundaries exactly where its marked form is a
 * substring. Characters of scripts written without spaces are no part of a run: each is a word of its own.
 */
const mark = '\u0001';

/** Characters of scripts written without spaces (Thai, Lao, Myanmar, Khmer, kana, Han, Hangul). */
export const signCharacters =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u3005-\\u3007\\u3040-\\u9fff\\uac00-\\ud7ff' +
  '\\uf900-\\ufaff\\uff66-\\uff9f\\u{20000}-\\u{33fff}';

/** Characters that make up words: ASCII letters, digits and `_`, and the letters of the other scripts. */
export const wordCharacters =
  'a-z0-9_\\xaa\\xb5\\xba\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u07ff\\u0800-\\u0dff\\u0f00-\\u0fff\\u10a0-\\u10ff' +
  '\\u1200-\\u177f\\u1800-\\u1fff\\u2c00-\\u2dff\\ua000-\\uabff\\ue000-\\uf8ff\\ufb00-\\ufdff\\ufe70-\\ufefe' +
  '\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\u{10000}-\\u{1efff}';

const sign = new RegExp(`[${signCharacters}]`, 'gu');
const spacedSigns = new RegExp(`(?<=[${signCharacters}]) (?=[${signCharacters}])`, 'gu');
const wordRun = new RegExp(`[${wordCharacters}]+`, 'gu');
const letter = new RegExp(`^[${wordCharacters}A-Z]$`, 'u');
const space = /[\u0001-\u0020\u007f\u00a0\u2000-\u200a\u2028\u2029\u202f\u3000]+/g;

/**
 * Folds one character's case: simple case folding, by way of the upper case so that variants of one letter (σ, ς)
 * meet. A character whose upper or lower case is more than one character stays as it is.
 */
function foldCharacter(character: string): string {
  if (!letter.test(character)) return character;
  const upper = character.toUpperCase();
  const lower = ([...upper].length === 1 ? upper : character).toLowerCase();
  return [...lower].length === 1 ? lower : character;
}

const beyondAscii = /[^\0-\x7f]/gu;

export function hasBeyondAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}

/** Lower case, straight quotes, single spaces: the text before it is marked. */
export function foldText(text: string): string {
  if (!hasBeyondAscii(text)) return text.toLowerCase().replace(space, ' ');
  return text
    .replace(/[A-Z]+/g, (run) => run.toLowerCase())
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(beyondAscii, foldCharacter)
    .replace(space, ' ')
    .replace(spacedSigns, '');
}

/** Marks each run of word characters in a folded text. */
export function markRuns(folded: string): string {
  return folded.replace(hasBeyondAscii(folded) ? wordRun : /[a-z0-9_]+/g, (run) => mark + run + mark);
}

/** The words of a folded text: runs of word characters, and each character of a script without spaces. */
export function wordsOf(folded: string): string[] {
  if (!hasBeyondAscii(folded)) return folded.match(/[a-z0-9_]+/g) ?? [];
  return [...(folded.match(wordRun) ?? []), ...(folded.match(sign) ?? [])];
}

/** Every letter beyond ASCII that folds to another one, for the hook's table: `É é` a line, in code point order. */
export function foldTable(): string {
  let table = '';
  for (let point = 0x80; point < 0x1f000; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    const folded = foldCharacter(character);
    if (folded !== character) table += `${character} ${folded}\n`;
  }
  return table;
}
