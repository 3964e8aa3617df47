import type { RankVector } from './rank-model.ts';

/** For each feature the skills it speaks for, and how much: rows of a sparse matrix, one after the other. */
export interface Postings {
  /** Row f is at `start[f]` .. `start[f + 1] - 1`. */
  readonly start: Int32Array;
  readonly skill: Int32Array;
  readonly weight: Float64Array;
}

/** A word of a loader, which stands for its skill a little without being fitted. */
export interface LooseWord {
  readonly feature: number;
  readonly skill: number;
  readonly weight: number;
}

/** Skills kept for one feature, those with the largest sums: it bounds the index and the time a prompt takes. */
export function mostPostings(skills: number): number {
  return skills > 2000 ? 16 : 32;
}

/** Sharpness of the softmax, and the score that the rival "no skill" always has. */
const sharpness = 6;
const noSkillScore = 1;

/** Gathers which skills each feature occurs for. Weights begin at 0, those of loader words at their own. */
export function gatherPostings(
  vectors: readonly RankVector[],
  loose: readonly LooseWord[],
  features: number,
  skills: number,
): Postings {
  const count = new Int32Array(features + 1);
  const each = (visit: (feature: number, skill: number, sum: number, weight: number) => void): void => {
    for (const { skill, features: ids, values } of vectors) {
      if (skill >= 0) for (let at = 0; at < ids.length; at++) visit(ids[at] as number, skill, values[at] as number, 0);
    }
    for (const { feature, skill, weight } of loose) visit(feature, skill, weight, weight);
  };
  each((feature) => {
    count[feature + 1]! += 1;
  });
  for (let feature = 0; feature < features; feature++) count[feature + 1]! += count[feature]!;
  const total = count[features]!;
  const at = count.slice();
  const skillOf = new Int32Array(total);
  const sumOf = new Float64Array(total);
  const weightOf = new Float64Array(total);
  each((feature, skill, sum, weight) => {
    const place = at[feature]!++;
    skillOf[place] = skill;
    sumOf[place] = sum;
    weightOf[place] = weight;
  });
  return mergeRows(count, skillOf, sumOf, weightOf, skills);
}

/** Adds up what one row has of the same skill and keeps the skills with the largest sums. */
function mergeRows(
  begin: Int32Array,
  skillOf: Int32Array,
  sumOf: Float64Array,
  weightOf: Float64Array,
  skills: number,
): Postings {
  const features = begin.length - 1;
  const start = new Int32Array(features + 1);
  const skill = new Int32Array(skillOf.length);
  const weight = new Float64Array(skillOf.length);
  const sum = new Float64Array(skills);
  const low = new Float64Array(skills);
  const seen = new Int32Array(skills).fill(-1);
  const most = mostPostings(skills);
  let end = 0;
  for (let feature = 0; feature < features; feature++) {
    let row: number[] = [];
    for (let place = begin[feature]!; place < begin[feature + 1]!; place++) {
      const number = skillOf[place]!;
      if (seen[number] !== feature) {
        seen[number] = feature;
        sum[number] = 0;
        low[number] = 0;
        row.push(number);
      }
      sum[number]! += sumOf[place]!;
      low[number]! += weightOf[place]!;
    }
    if (row.length > most) row = row.toSorted((a, b) => sum[b]! - sum[a]! || a - b).slice(0, most);
    for (const number of row) {
      skill[end] = number;
      weight[end++] = low[number]!;
    }
    start[feature + 1] = end;
  }
  return { start, skill: skill.subarray(0, end), weight: weight.subarray(0, end) };
}

/** How many passes a set of texts gets: eight, and fewer (at least two) where there are many thousands. */
export function passCount(texts: number): number {
  return texts <= 4000 ? 8 : Math.max(2, Math.min(5, Math.floor(16_000 / texts)));
}

/**
 * Fits the weights so that each text's own skill scores above all rivals and above "no skill": multinomial logistic
 * regression by a few passes of gradient steps, weights held at 0 or above. After the first pass a third of each text is
 * left out in turn, so that no skill hangs on one word: every third feature, or every third word with all that is made
 * of it. No randomness: the same texts give the same weights. With `only`, the weights of that one skill move and all
 * others stay.
 */
export function fitWeights(
  vectors: readonly RankVector[],
  postings: Postings,
  skills: number,
  options: { passes: number; only?: number },
): void {
  const fitter = new Fitter(postings, skills, options.only);
  for (let pass = 0; pass < options.passes; pass++) {
    const rate = 0.8 / (1 + 0.3 * pass);
    for (const [place, vector] of vectors.entries()) fitter.step(vector, rate, pass, place);
  }
}

/** The buffers of one fit. */
class Fitter {
  readonly #postings: Postings;
  readonly #skills: number;
  readonly #only: number | undefined;
  readonly #score: Float64Array;
  readonly #change: Float64Array;
  readonly #marked: Uint8Array;
  readonly #hits: Int32Array;
  readonly #features = new Int32Array(4096);
  readonly #values = new Float64Array(4096);
  readonly #noSkill = Math.exp(sharpness * noSkillScore);

  constructor(postings: Postings, skills: number, only: number | undefined) {
    this.#postings = postings;
    this.#skills = skills;
    this.#only = only;
    this.#score = new Float64Array(skills);
    this.#change = new Float64Array(skills);
    this.#marked = new Uint8Array(skills);
    this.#hits = new Int32Array(skills);
  }

  /** One text: score every skill it touches, then move the weights of those that are off. */
  step(vector: RankVector, rate: number, pass: number, place: number): void {
    let size = pass === 0 || vector.features.length < 3 ? 0 : this.#take(vector, pass + place, pass % 2 === 0);
    if (size === 0) size = this.#take(vector);
    const touched = this.#scores(size);
    let total = this.#skills - touched + this.#noSkill;
    for (let hit = 0; hit < touched; hit++) {
      const skill = this.#hits[hit]!;
      total += this.#score[skill] = Math.exp(sharpness * this.#score[skill]!);
    }
    let moved = false;
    for (let hit = 0; hit < touched; hit++) {
      const skill = this.#hits[hit]!;
      const share = this.#score[skill]! / total;
      const change = skill === vector.skill ? rate * (1 - share) : -rate * share;
      this.#marked[skill] = 0;
      const counts = (change > 0.002 || change < -0.002) && (this.#only === undefined || this.#only === skill);
      this.#change[skill] = counts ? change : 0;
      moved ||= counts;
    }
    if (moved) this.#move(size);
    for (let hit = 0; hit < touched; hit++) this.#change[this.#hits[hit]!] = 0;
  }

  /** Copies a text's features to length 1, with a turn all but every third (`words`: all but those of every third word). */
  #take({ features, values, first, last }: RankVector, turn?: number, words = false): number {
    let size = 0;
    let square = 0;
    for (let at = 0; at < features.length; at++) {
      if (turn !== undefined) {
        const out = words ? (first[at]! + turn) % 3 === 0 || (last[at]! + turn) % 3 === 0 : (at + turn) % 3 === 0;
        if (out) continue;
      }
      this.#features[size] = features[at]!;
      this.#values[size++] = values[at]!;
      square += values[at]! ** 2;
    }
    const length = Math.sqrt(square);
    for (let at = 0; at < size; at++) this.#values[at]! /= length;
    return size;
  }

  #scores(size: number): number {
    const { start, skill, weight } = this.#postings;
    let touched = 0;
    for (let at = 0; at < size; at++) {
      const feature = this.#features[at]!;
      const value = this.#values[at]!;
      for (let place = start[feature]!; place < start[feature + 1]!; place++) {
        const number = skill[place]!;
        if (this.#marked[number] === 0) {
          this.#marked[number] = 1;
          this.#score[number] = 0;
          this.#hits[touched++] = number;
        }
        this.#score[number]! += weight[place]! * value;
      }
    }
    return touched;
  }

  #move(size: number): void {
    const { start, skill, weight } = this.#postings;
    for (let at = 0; at < size; at++) {
      const feature = this.#features[at]!;
      const value = this.#values[at]!;
      for (let place = start[feature]!; place < start[feature + 1]!; place++) {
        const change = this.#change[skill[place]!]!;
        if (change !== 0) weight[place] = Math.max(0, weight[place]! + change * value);
      }
    }
  }
}
