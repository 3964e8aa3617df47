import { commonWords } from '../../../seed/state/lib/common-words.ts';
import { toBase64Url } from './base64url.ts';
import { limits } from './limits.ts';
import { keyPattern } from './names.ts';

/** Different characters that a master key has at least. */
const fewestKinds = 8;

/**
 * Guesses that a key must be worth, as a power of two. A tenant's id gives away 48 bits of the plain sha256 of its key, so
 * that guesses need not be made at the gateway, where they are counted and slow: at 10^12 a second 2^72 take 150 years.
 */
const bitsAtLeast = 72;

/**
 * Why a master key is too weak, in words; `undefined` for a good one.
 *
 * It is worth the cheapest way to put it together of pieces that a guesser tries first: repeats, runs such as `3456` or `hgfe`,
 * rows of a keyboard, words, dates, and single characters for the rest (D. Wheeler, "zxcvbn: Low-Budget Password Strength
 * Estimation", USENIX Security 2016). A word of the list is worth 11 bits. Any other run of letters that could be a word has
 * 3 bits a letter: a word of Diceware, 12.9 bits, has 4.2 letters. So a phrase of words needs 24 letters and a random key 16.
 */
export function faultOfKey(key: string): string | undefined {
  const { least, most } = limits.key;
  if (key.length < least) return `has fewer than ${least} characters`;
  if (key.length > most) return `has more than ${most} characters`;
  if (/[\p{Cc}\p{Cs}]|^\s|\s$/u.test(key)) return 'has a control character in it, or a space at an end';
  if (!keyPattern.test(key)) return 'has characters that cannot be sent: expected printable ASCII';
  if (new Set(key).size < fewestKinds) return `has fewer than ${fewestKinds} different characters`;
  const bits = strengthOfKey(key);
  if (bits >= bitsAtLeast) return undefined;
  return `can be guessed: it is worth about 2^${Math.round(bits)} guesses, and 2^${bitsAtLeast} are wanted`;
}

/** A key that is worth 2^256 guesses, made of 32 random bytes. */
export function makeKey(random: Uint8Array): string {
  if (random.length !== 32) throw new TypeError(`a key is made of 32 random bytes, not of ${random.length}`);
  return `snappy_${toBase64Url(random)}`;
}

/** What of a key is looked at: more of it makes none weaker. */
const lookedAt = 256;

/** Guesses that a key is worth, as a power of two: the least over all ways to put it together of pieces. */
export function strengthOfKey(key: string): number {
  const text = key.slice(0, lookedAt);
  const single = Math.log2(alphabetOf(text));
  const least = Array.from({ length: text.length + 1 }, () => Infinity);
  least[0] = 0;
  for (let from = 0; from < text.length; from += 1) {
    const before = least[from] ?? 0;
    const offer = (size: number, bits: number): void => {
      least[from + size] = Math.min(least[from + size] ?? Infinity, before + bits);
    };
    offer(1, single);
    for (const { size, bits } of piecesAt(text, from)) offer(size, bits);
  }
  return least[text.length] ?? 0;
}

/** How many characters there are of the kinds that a key is made of. */
function alphabetOf(text: string): number {
  if (/^[0-9a-f]+$/i.test(text)) return /[a-f]/i.test(text) ? 16 : 10;
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[_-]/, 2],
    [/[^a-zA-Z0-9_-]/, 31],
  ];
  return kinds.reduce((sum, [kind, size]) => (kind.test(text) ? sum + size : sum), 0);
}

interface Piece {
  readonly size: number;
  readonly bits: number;
}

function* piecesAt(text: string, from: number): Generator<Piece> {
  yield* repeatAt(text, from);
  yield* runAt(text, from);
  yield* wordsAt(text, from);
  // What stands between words is the same each time.
  if (/[ ._+-]/.test(text[from] ?? '') && text.slice(0, from).includes(text[from] ?? '')) yield { size: 1, bits: 1 };
  const date = /^(?:19|20)\d\d(?:[-/.]?\d\d[-/.]?\d\d)?/.exec(text.slice(from, from + 10))?.[0];
  // A day of some hundred years; a year alone.
  if (date !== undefined) yield { size: date.length, bits: date.length === 4 ? 7 : 15 };
}

/** What is here once more, from anywhere before: a guesser says where, and how much. */
function* repeatAt(text: string, from: number): Generator<Piece> {
  let most = 0;
  for (let back = 0; back < from; back += 1) {
    let size = 0;
    while (from + size < text.length && text[back + size] === text[from + size]) size += 1;
    most = Math.max(most, size);
  }
  for (let size = 3; size <= most; size += 1) yield { size, bits: Math.log2(from) + Math.log2(size) };
}

const rows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  '1qaz2wsx3edc4rfv',
  '!@#$%^&*()',
];
const nextKeys = new Set(
  rows.flatMap((row) => [...row].slice(1).flatMap((key, at) => [`${row[at]}${key}`, `${key}${row[at]}`])),
);

/** Characters that follow each other by code or on a keyboard, either way. */
function* runAt(text: string, from: number): Generator<Piece> {
  for (const follows of [
    (a: string, b: string): boolean => b.charCodeAt(0) - a.charCodeAt(0) === 1,
    (a: string, b: string): boolean => a.charCodeAt(0) - b.charCodeAt(0) === 1,
    (a: string, b: string): boolean => nextKeys.has((a + b).toLowerCase()),
  ]) {
    let size = 1;
    while (from + size < text.length && follows(text[from + size - 1] ?? '', text[from + size] ?? '')) {
      size += 1;
      if (size >= 3) yield { size, bits: 7 + Math.log2(size) };
    }
  }
}

/** Words that people make keys of and that are not among the everyday ones. */
const keyWords = `password passwort passphrase secret secrets letmein welcome dragon monkey admin administrator master default
  changeme iloveyou princess sunshine football baseball superman batman starwars whatever trustno trustme login guest root
  snappy gateway tenant operator agent skills claude codex gemini openai anthropic cursor github example testing correct
  horse battery staple summer winter spring autumn monday friday sunday january february october november december`;
const words: ReadonlySet<string> = new Set(
  [...commonWords, ...keyWords.split(/\s+/)].filter((word) => word.length > 2),
);
const longestWord = 14;
const lookalikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
const wordBits = 11;
const letterBits = 3;

function* wordsAt(text: string, from: number): Generator<Piece> {
  const piece = text.slice(from, from + longestWord);
  const plain = piece.toLowerCase();
  const read = plain.replace(/[013457@$!]/g, (sign) => lookalikes[sign] ?? sign);
  for (let size = 3; size <= piece.length; size += 1) {
    if (words.has(plain.slice(0, size))) yield { size, bits: wordBits + bitsOfCase(piece.slice(0, size)) };
    else if (words.has(read.slice(0, size))) yield { size, bits: wordBits + 2 + bitsOfCase(piece.slice(0, size)) };
  }
  const like = /^(?:[A-Z]?[a-z]+|[A-Z]+)/.exec(text.slice(from))?.[0].length ?? 0;
  for (let size = 4; size <= like; size += 1)
    yield { size, bits: size * letterBits + bitsOfCase(text.slice(from, from + size)) };
}

function bitsOfCase(word: string): number {
  return word === word.toLowerCase() ? 0 : 1;
}
