/**
 * The compiled index, as the hook reads it (`seed/state/hooks/awk/lookup.awk`).
 *
 * `state/.index/current` is one line, `<generation> <version> <entry files> <ranking files> <skills> [<delta>]`. The
 * generation is a folder beside it:
 *
 * - `e<n>`, the entries of each word whose hash is n, one line each: `word`, then entries, tab separated. An entry is
 *   `N<skill> <name>` (a name), `S<skill> <name>` (a name that is an ambiguous word, so it must be called: `/name`) or
 *   `T<skill> <phrase>` (a trigger phrase, marked, at its anchor).
 * - `words`, a Bloom filter of one hash over the words that have entries: five bits a character, the lowest first. Most
 *   words of a prompt have none, and a filter that is read once spares a file for each of them.
 * - `r<n>`, the ranking of each word, or pair of words, whose (first) word's hash is n: `term`, a tab, and
 *   `<norm> <skill> <weight> …`.
 * - `skills-<n>`, for skills 64 n .. 64 n + 63: `skill`, name, loader below `state/skills` or `-`, marked anti-triggers.
 * - `delta-<x>`, if `current` names one: lines that stand before those above, with `e `, `r ` or `#` before the key.
 *
 * A skill is a number. Every file begins with a line break, so that the hook finds a line by searching for a line break
 * and its first field. Files are replaced as a whole generation: a reader that holds the old name sees the old files.
 */
export const indexVersion = 1;

/** Skills in one `skills-<n>` file. */
export const skillsPerFile = 64;

/** Bytes of UTF-8 a term may have; longer ones are not indexed (the hook does not look for them). */
export const maxTermBytes = 64;

/** The hash that tells which file a term is in, below 1048573. The hook computes the same, from bytes. */
export function hashTerm(term: string): number {
  let size = 0;
  let hash = 0;
  for (; size < term.length; size++) {
    const code = term.charCodeAt(size);
    if (code > 127) return hashBytes(Buffer.from(term));
    if (size === 0) hash = term.length;
    if (size < 8) hash = (hash * 33 + code) % 1_048_573;
  }
  return hash;
}

function hashBytes(bytes: Uint8Array): number {
  let hash = bytes.length;
  for (const byte of bytes.subarray(0, 8)) hash = (hash * 33 + byte) % 1_048_573;
  return hash;
}

/** How many files lines are spread over: a power of two, so that one holds about `target` bytes. */
export function fileCount(bytes: number, target: number): number {
  let files = 1;
  while (files < 4096 && bytes / files > target) files *= 2;
  return files;
}

/** The characters of the filter `words`, by their five bits. */
const filterCharacters = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** The filter over a set of words, with eight bits for each (one in nine others passes). */
export function wordFilter(words: Iterable<string>): string {
  const hashes = Array.from(words, hashTerm);
  const bits = new Uint8Array(5 * Math.ceil(Math.min(8 * Math.max(1, hashes.length), 1_000_000) / 5));
  for (const hash of hashes) bits[hash % bits.length] = 1;
  let filter = '';
  for (let at = 0; at < bits.length; at += 5) {
    const value = bits.subarray(at, at + 5).reduceRight((sum, bit) => sum * 2 + bit, 0);
    filter += filterCharacters.charAt(value);
  }
  return filter;
}
