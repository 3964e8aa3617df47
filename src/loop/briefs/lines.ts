/** A line taken apart for comparison: what must agree exactly, and the words around it. */
interface Parts {
  /** Numbers, flags, paths and code, in the order they first stand in. */
  readonly facts: ReadonlySet<string>;
  /** Words that turn a meaning round. */
  readonly turns: ReadonlySet<string>;
  /** Content words, without their endings. */
  readonly words: ReadonlySet<string>;
}

const stopWords = new Set(
  'a an and are as at be been but by can do does for from has have if in into is it its of or so that the their them then there these this those to was were when where which while will with you your'.split(
    ' ',
  ),
);

/** Words that make two otherwise equal lines say different things. */
const turnWords = new Set(
  'not never no none without only unless except always before after first last on off true false yes enable enabled disable disabled min max less more fewer least most left right up down start stop add remove old new all any allow deny accept refuse must may success failure passed failed'.split(
    ' ',
  ),
);

const marker = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?/;
/** Code, flags, names with dots, slashes or underscores, and numbers: whatever is wrong when one character is. */
const factPattern =
  /`+[^`]+`+|(?<![\w-])--?[a-z][\w-]*|[\w.~-]*[/_\\][\w./\\~-]*|\b\w+(?:\.\w+)+\b|\b[A-Z][A-Z\d]+\b|\d+/gi;

function stemOf(word: string): string {
  const stem = word.replace(/(?:ing|ies|ied|ed|es|ly|s)$/, '');
  return stem.length >= 3 ? stem.replace(/(.)\1$/, '$1').replace(/e$/, '') : word;
}

/** Whether a match of the fact pattern is one: it ignores case, and capitals matter for a name such as `HTTP`. */
function isFact(text: string): boolean {
  return !/^[a-z]+$/i.test(text) || /^[A-Z][A-Z\d]+$/.test(text);
}

/** What is taken apart of a line, in characters: the pattern of facts looks far ahead from each of its places. */
const mostTaken = 4096;

function takeApart(line: string): Parts {
  const whole = line.replace(marker, '');
  // What is left of a longer one is one fact: exact, or another line.
  const facts = new Set<string>(whole.length > mostTaken ? [whole.slice(mostTaken)] : []);
  const text = whole.slice(0, mostTaken).replace(/n['’]t\b/g, ' not');
  const rest = text.replace(factPattern, (match) => {
    if (!isFact(match)) return match;
    for (const part of match.replace(/^`+|`+$/g, '').split(/\s+/))
      if (part !== '') facts.add(part.replace(/[.,;:]+$/, ''));
    return ' ';
  });
  const all = rest.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return {
    facts,
    turns: new Set(all.filter((word) => turnWords.has(word))),
    words: new Set(all.filter((word) => !turnWords.has(word) && !stopWords.has(word)).map(stemOf)),
  };
}

/** Lines that were taken apart: each is compared with many others. */
const known = new Map<string, Parts>();
const mostKnown = 20_000;

function partsOf(line: string): Parts {
  const before = known.get(line);
  if (before !== undefined) return before;
  if (known.size >= mostKnown) known.clear();
  const parts = takeApart(line);
  known.set(line, parts);
  return parts;
}

function countCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let count = 0;
  for (const item of a) if (b.has(item)) count++;
  return count;
}

/** Of all words and facts of two lines, the share that both have; and of the shorter line, the share that the longer has. */
function overlapOf(
  a: Parts,
  b: Parts,
): { readonly jaccard: number; readonly containment: number; readonly least: number } {
  const common = countCommon(a.words, b.words) + countCommon(a.facts, b.facts);
  const sizes = [a.words.size + a.facts.size, b.words.size + b.facts.size] as const;
  const least = Math.min(...sizes);
  const union = sizes[0] + sizes[1] - common;
  return { jaccard: union === 0 ? 0 : common / union, containment: least === 0 ? 0 : common / least, least };
}

/** Below this many words and facts two lines are too short to be told apart from two that merely look alike. */
const leastParts = 4;
const sameJaccard = 0.6;
const sameContainment = 0.9;

function isSubset(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const item of a) if (!b.has(item)) return false;
  return true;
}

/**
 * Whether the exact parts of two lines agree. A fact that only one of them has may be more of the same; where each has one
 * that the other lacks, they differ, and so they do where the order does: "3 times, 10 s" is not "10 times, 3 s".
 */
function haveSameFacts(a: Parts, b: Parts): boolean {
  if (a.turns.size !== b.turns.size || !isSubset(a.turns, b.turns)) return false;
  if (!isSubset(a.facts, b.facts) && !isSubset(b.facts, a.facts)) return false;
  const ofA = [...a.facts].filter((fact) => b.facts.has(fact));
  const ofB = [...b.facts].filter((fact) => a.facts.has(fact));
  return ofA.every((fact, at) => fact === ofB[at]);
}

// Most pairs of lines differ in a fact, which is cheap to see, and it is every pair of a loader that is looked at.
function areDuplicates(a: Parts, b: Parts): boolean {
  if (!haveSameFacts(a, b)) return false;
  const { jaccard, containment, least } = overlapOf(a, b);
  if (least < leastParts && jaccard < 1) return false;
  const commonWords = countCommon(a.words, b.words);
  // One word in the place of another, all else equal: "the table users" and "the table groups" are two facts.
  if (a.words.size - commonWords === 1 && b.words.size - commonWords === 1) return false;
  if (a.facts.size === b.facts.size && jaccard >= sameJaccard) return true;
  return containment >= sameContainment;
}

/** Whether two lines say nearly the same: the facts of one (numbers, flags, code, negations) are all in the other. */
export function isNearDuplicate(a: string, b: string): boolean {
  return areDuplicates(partsOf(a), partsOf(b));
}

/**
 * Whether one line can be the other after a change: half of what they say is the same, or nearly all of the shorter one, or
 * all but the facts. A line whose flag was corrected is still that line.
 */
export function isSimilarLine(a: string, b: string): boolean {
  if (a.trim() === b.trim()) return true;
  const [one, other] = [partsOf(a), partsOf(b)];
  const { jaccard, containment, least } = overlapOf(one, other);
  const haveSameWords = one.words.size > 0 && one.words.size === other.words.size && isSubset(one.words, other.words);
  return jaccard >= 0.5 || (least >= 3 && containment >= 0.8) || haveSameWords;
}

/** One thing that a loader says: a list item with the lines that continue it, or a row of a table. */
export interface LoaderUnit {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

const fence = /^ {0,3}(```|~~~)/;

/** The list items and table rows of a loader, outside code; headers of tables and what rules them off are left out. */
export function readUnits(loader: string): LoaderUnit[] {
  const lines = loader.split(/\r\n|\n|\r/);
  const units: { line: number; text: string }[] = [];
  let isOpen = false;
  let inCode = false;
  for (const [at, line] of lines.entries()) {
    if (fence.test(line)) inCode = !inCode;
    const last = units.at(-1);
    if (inCode || fence.test(line) || line.trim() === '' || /^#{1,6}\s/.test(line)) {
      isOpen = false;
    } else if (marker.test(line)) {
      units.push({ line: at + 1, text: line.trim() });
      isOpen = true;
    } else if (/^\s*\|/.test(line)) {
      isOpen = false;
      const isHead = /^\s*\|?\s*:?-+/.test(line) || /^\s*\|?\s*:?-+[\s:|-]*$/.test(lines[at + 1] ?? '');
      if (!isHead) units.push({ line: at + 1, text: line.trim() });
    } else if (isOpen && last !== undefined) {
      last.text += ` ${line.trim()}`;
    }
  }
  return units;
}

/** More than this are not compared: beyond it the loader is over its budget many times. */
const maxUnits = 600;

/** Pairs of list items or table rows that say nearly the same, in reading order; a unit is in one pair as the later one. */
export function findNearDuplicates(loader: string): { readonly first: LoaderUnit; readonly second: LoaderUnit }[] {
  const units = readUnits(loader)
    .slice(0, maxUnits)
    .map((unit) => ({ unit, parts: partsOf(unit.text) }));
  return units.flatMap((later, at) => {
    const earlier = units.slice(0, at).find((other) => areDuplicates(other.parts, later.parts));
    return earlier === undefined ? [] : [{ first: earlier.unit, second: later.unit }];
  });
}
