import { similarity } from './similarity.ts';
import { isUnordered } from './units.ts';
import type { Unit } from './units.ts';

/** More pairs than this are not compared one by one: a table of so many numbers is a few megabytes. */
const maxCells = 1_000_000;
/** Comparing two units for likeness costs more than for sameness. */
const maxLikeCells = 10_000;
/** From this likeness on a unit is taken for the other one, changed: half of their words are the same. */
const alike = 0.5;

/** For each unit of the base the place of the same one, or of its changed form, in the other text; -1 where it is gone. */
export type Alignment = readonly number[];

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds the units of `base` in `side`: the longest common run of same units first, then in each hole between these the
 * ones that are alike, in their order where their order says something. A unit that was moved is gone from its place.
 */
export function align(base: readonly Unit[], side: readonly Unit[]): Alignment {
  const places = Array<number>(base.length).fill(-1);
  const keys = (units: readonly Unit[]): string[] => units.map((unit) => `${unit.kind}\n${unit.text}`);
  matchSame(keys(base), keys(side), places);
  let from = 0;
  let sideFrom = 0;
  for (let at = 0; at <= base.length; at++) {
    const place = at === base.length ? side.length : (places[at] ?? -1);
    if (place === -1) continue;
    matchAlike(base, side, { from, to: at }, { from: sideFrom, to: place }, places);
    from = at + 1;
    sideFrom = place + 1;
  }
  return places;
}

function matchSame(base: readonly string[], side: readonly string[], places: number[]): void {
  let from = 0;
  while (from < base.length && from < side.length && base[from] === side[from]) {
    places[from] = from;
    from++;
  }
  let to = base.length;
  let sideTo = side.length;
  while (to > from && sideTo > from && base[to - 1] === side[sideTo - 1]) places[--to] = --sideTo;
  matchSpan(base, side, { from, to }, { from, to: sideTo }, places);
}

function matchSpan(base: readonly string[], side: readonly string[], a: Span, b: Span, places: number[]): void {
  const cells = (a.to - a.from) * (b.to - b.from);
  if (cells === 0) return;
  if (cells <= maxCells) {
    matchLongest(base, side, a, b, places);
    return;
  }
  // Units that stand once in both hold the rest in place (Bram Cohen's patience diff).
  const anchors = risingAnchors(base, side, a, b);
  let from = a.from;
  let sideFrom = b.from;
  for (const [at, place] of [...anchors, [a.to, b.to] as const]) {
    const [hole, sideHole] = [
      { from, to: at },
      { from: sideFrom, to: place },
    ];
    if ((at - from) * (place - sideFrom) <= maxCells) matchLongest(base, side, hole, sideHole, places);
    if (at < a.to) places[at] = place;
    from = at + 1;
    sideFrom = place + 1;
  }
}

/** The longest common subsequence; of several the one whose pairs stand earliest. */
function matchLongest(base: readonly string[], side: readonly string[], a: Span, b: Span, places: number[]): void {
  const width = b.to - b.from + 1;
  const longest = new Uint32Array((a.to - a.from + 1) * width);
  const cell = (i: number, j: number): number => longest[(i - a.from) * width + (j - b.from)] ?? 0;
  for (let i = a.to - 1; i >= a.from; i--) {
    for (let j = b.to - 1; j >= b.from; j--) {
      longest[(i - a.from) * width + (j - b.from)] =
        base[i] === side[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  let i = a.from;
  let j = b.from;
  while (i < a.to && j < b.to) {
    if (base[i] === side[j]) places[i++] = j++;
    else if (cell(i + 1, j) >= cell(i, j + 1)) i++;
    else j++;
  }
}

/** Units that stand once in each span, as the longest rising row of their places. */
function risingAnchors(
  base: readonly string[],
  side: readonly string[],
  a: Span,
  b: Span,
): (readonly [number, number])[] {
  const places = singles(side, b);
  const pairs = [...singles(base, a)].flatMap(([key, at]) => {
    const place = places.get(key);
    return place === undefined || place === -1 || at === -1 ? [] : [{ at, place, previous: -1 }];
  });
  const ends: number[] = [];
  for (const [index, pair] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? -1]?.place ?? -1) < pair.place) low = middle + 1;
      else high = middle;
    }
    pair.previous = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const row: (readonly [number, number])[] = [];
  for (let pair = pairs[ends.at(-1) ?? -1]; pair !== undefined; pair = pairs[pair.previous])
    row.push([pair.at, pair.place]);
  return row.toReversed();
}

function singles(keys: readonly string[], { from, to }: Span): Map<string, number> {
  const found = new Map<string, number>();
  for (let at = from; at < to; at++) {
    const key = keys[at] ?? '';
    found.set(key, found.has(key) ? -1 : at);
  }
  return found;
}

/** Pairs what is gone with what is new in one hole, what stands in an order apart from what does not. */
function matchAlike(base: readonly Unit[], side: readonly Unit[], a: Span, b: Span, places: number[]): void {
  if ((a.to - a.from) * (b.to - b.from) > maxLikeCells) return;
  for (const unordered of [false, true]) {
    const gone = numbers(a).filter((at) => isUnordered(base[at]) === unordered);
    const fresh = numbers(b).filter((at) => isUnordered(side[at]) === unordered);
    if (gone.length === 0 || fresh.length === 0) continue;
    const likeness = gone.map((at) => fresh.map((place) => likenessOf(base[at], side[place])));
    const pairs = unordered ? pairMostAlike(likeness) : pairInOrder(likeness);
    for (const [i, j] of pairs) places[gone[i] ?? -1] = fresh[j] ?? -1;
  }
}

function numbers({ from, to }: Span): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function likenessOf(a: Unit | undefined, b: Unit | undefined): number {
  const value = a === undefined || b === undefined ? 0 : similarity(a, b);
  return value >= alike ? value : 0;
}

type Pair = readonly [row: number, column: number];

/** Pairs in the order of both, with as much likeness as can be had in all. */
function pairInOrder(likeness: readonly (readonly number[])[]): Pair[] {
  const columns = likeness[0]?.length ?? 0;
  const best = Array.from({ length: likeness.length + 1 }, () => Array<number>(columns + 1).fill(0));
  const at = (table: readonly (readonly number[])[], i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = likeness.length - 1; i >= 0; i--) {
    const row = best[i] ?? [];
    for (let j = columns - 1; j >= 0; j--) {
      const pair = at(likeness, i, j);
      row[j] = Math.max(at(best, i + 1, j), at(best, i, j + 1), pair === 0 ? 0 : pair + at(best, i + 1, j + 1));
    }
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < likeness.length && j < columns;) {
    const pair = at(likeness, i, j);
    if (pair > 0 && at(best, i, j) === pair + at(best, i + 1, j + 1)) pairs.push([i++, j++]);
    else if (at(best, i, j) === at(best, i + 1, j)) i++;
    else j++;
  }
  return pairs;
}

/** Pairs by likeness alone, the most alike first. */
function pairMostAlike(likeness: readonly (readonly number[])[]): Pair[] {
  const candidates = likeness
    .flatMap((row, i) => row.map((value, j) => ({ value, i, j })))
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value);
  const rows = new Set<number>();
  const columns = new Set<number>();
  return candidates.flatMap(({ i, j }): Pair[] => {
    if (rows.has(i) || columns.has(j)) return [];
    rows.add(i);
    columns.add(j);
    return [[i, j]];
  });
}
