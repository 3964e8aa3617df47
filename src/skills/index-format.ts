/**
 * The compiled index, as the hook reads it (`seed/state/hooks/awk/lookup.awk`).
 *
 * `state/.index/current` is one line, `<generation> <version> <shards> <skills> [<delta>]`. The generation is a folder beside it:
 *
 * - `<n>`, 0 <= n < shards: one line for each term whose hash is n: `term`, a ranking field, and entries, tab separated.
 *   The ranking field is `<weight> <skill>:<weight> …`. An entry is `N<skill> <name>` (a name), `S<skill> <name>` (a name
 *   that is an ambiguous word, so it must be called: `/name`) or `T<skill> <phrase>` (a trigger phrase, marked).
 * - `skills-<n>`: `skill`, name, loader below `state/skills` or `-`, then marked anti-triggers, for skills 64 n .. 64 n + 63.
 * - `delta-<x>`, if `current` names one: lines that stand before those above, of terms and, as `#<skill>`, of records.
 *
 * A skill is a number, its place in the order of names. Every file begins with a line break, so that the hook finds a
 * line by searching for a line break and its first field. Files are replaced as a whole generation: a reader that
 * holds the old name sees the old files.
 */
export const indexVersion = 1;

/** Skills in one `skills-<n>` file. */
export const skillsPerFile = 64;

/** Bytes of UTF-8 a term may have; longer ones are not indexed (the hook does not look for them). */
export const maxTermBytes = 64;

/** The hash that tells which file a term is in, below 1048573. The hook computes the same, from bytes. */
export function hashTerm(term: string): number {
  const bytes = Buffer.from(term);
  let hash = bytes.length;
  for (const byte of bytes.subarray(0, 8)) hash = (hash * 33 + byte) % 1_048_573;
  return hash;
}

/** How many files the terms are spread over: a power of two, so that one holds about `target` bytes. */
export function shardCount(bytes: number, target = 8192): number {
  let shards = 1;
  while (shards < 4096 && bytes / shards > target) shards *= 2;
  return shards;
}
