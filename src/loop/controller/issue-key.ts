const stopWords = new Set(
  'a an and are as at be been being but by did do does for from had has have he in into is it its of on or our s she so t that the their them then there these they this those to was we were when which while will with you your'.split(
    ' ',
  ),
);

/** What differs from run to run without being another issue, and the word that stands for it. Their order matters. */
const folds: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/\S+/g, ' url '],
  // A path, from its root or home or with two parts; not "and/or", which has no dot and no third part.
  [/(?:^|(?<=[\s"'`(=:]))(?:~|\.{1,2})?\/[^\s"'`),;]+|\b[\w.-]+(?:\/[\w.-]+){2,}|\b[\w-]+\/[\w-]+\.\w+/g, ' path '],
  [/\b[a-z]:\\\S+/g, ' path '],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, ' id '],
  [/\b0x[0-9a-f]+\b/g, ' id '],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/g, ' id '],
  [/\d+(?:[.,:]\d+)*/g, ' number '],
];

/** What is looked at of an issue, in UTF-16 units: it should be a few words. */
const longest = 1000;

/**
 * The form of a `primary_issue` by which two of them count as the same one: without case, quotes, punctuation, everyday
 * words and the order of words; numbers, paths, addresses and ids as one word each. '' when nothing is left.
 */
export function issueKey(issue: string): string {
  let text = issue.slice(0, longest).normalize('NFKC').toLowerCase();
  for (const [pattern, word] of folds) text = text.replace(pattern, word);
  const words = (text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).filter((word) => !stopWords.has(word));
  const isSaying = words.some((word) => !['url', 'path', 'id', 'number'].includes(word));
  return isSaying ? [...new Set(words)].toSorted().join(' ') : '';
}
