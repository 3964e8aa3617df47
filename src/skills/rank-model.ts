import { placeFeatures, rankWords, stemWord } from './rank-features.ts';
import type { PlacedFeatures } from './rank-features.ts';
import { backgroundPrompts, synonymGroups } from './rank-words.ts';

/** The texts of one skill, as stems with a space between (`rankWords`): what ranking is fitted on. */
export interface RankTexts {
  /** The name, each trigger, each example, each sentence of the description. */
  readonly texts: readonly string[];
  /** The first hundred different words of the loader. */
  readonly loader: string;
}

/** One text as a vector of unit length over features. */
export interface RankVector {
  /** The skill's number; -1 for a background prompt. */
  readonly skill: number;
  readonly features: Int32Array;
  readonly values: Float64Array;
  /** The places of the words that each feature is made of (`PlacedFeatures`). */
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** Weight of a kind of feature before its rarity: a word, a pair of neighbours, a group of synonyms. */
export const baseWeight = { word: 1, pair: 0.5, group: 0.7 } as const;
const groupMark = '=';

let groupsByWord: Map<string, string[]> | undefined;

/** The synonym groups of a word, as features. */
export function groupsOf(word: string): readonly string[] {
  groupsByWord ??= readGroups();
  return groupsByWord.get(word) ?? [];
}

/** The words of a group. */
export function wordsOfGroup(group: string): string[] {
  return (synonymGroups[Number(group.slice(groupMark.length))] ?? '').split(' ').map(stemWord);
}

/** Every word that is in a group. */
export function groupedWords(): Iterable<string> {
  groupsByWord ??= readGroups();
  return groupsByWord.keys();
}

function readGroups(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [number, line] of synonymGroups.entries()) {
    for (const word of line.split(' ').map(stemWord)) {
      const known = groups.get(word) ?? [];
      if (!known.includes(groupMark + number)) groups.set(word, [...known, groupMark + number]);
    }
  }
  return groups;
}

export function isGroup(feature: string): boolean {
  return feature.startsWith(groupMark);
}

/** All features of a text of stems: its words, its pairs, and the groups of its words. */
export function textFeatures(stems: string): PlacedFeatures {
  const features = placeFeatures(stems.split(' '));
  const known = new Set<string>();
  for (const [at, name] of [...features.names].entries()) {
    for (const group of groupsOf(name)) {
      if (known.has(group)) continue;
      known.add(group);
      features.names.push(group);
      features.first.push(features.first[at] ?? 0);
      features.last.push(features.last[at] ?? 0);
    }
  }
  return features;
}

export function featureBase(feature: string): number {
  if (isGroup(feature)) return baseWeight.group;
  return feature.includes(' ') ? baseWeight.pair : baseWeight.word;
}

/** Numbers the features of a set of texts and counts in how many each occurs. */
export class Vocabulary {
  readonly numbers = new Map<string, number>();
  readonly frequency: number[] = [];
  #texts = 0;

  /** Takes in one text; gives its features' numbers. */
  count(features: Iterable<string>): Int32Array {
    this.#texts++;
    const ids: number[] = [];
    for (const feature of features) {
      let id = this.numbers.get(feature);
      if (id === undefined) {
        id = this.frequency.length;
        this.numbers.set(feature, id);
        this.frequency.push(0);
      }
      this.frequency[id] = (this.frequency[id] ?? 0) + 1;
      ids.push(id);
    }
    return Int32Array.from(ids);
  }

  /** Rarity of each feature, from 0 to its base weight: a smoothed inverse document frequency. */
  rarities(): Float64Array {
    const total = this.#texts;
    const most = Math.log(1 + total / 0.5);
    const rarities = new Float64Array(this.frequency.length);
    for (const [feature, id] of this.numbers) {
      rarities[id] = (featureBase(feature) * Math.log(1 + total / ((this.frequency[id] ?? 0) + 0.5))) / most;
    }
    return rarities;
  }
}

/** A text's rarities, scaled to length 1. */
export function unitVector(
  skill: number,
  features: Int32Array,
  { first, last }: PlacedFeatures,
  rarities: Float64Array,
): RankVector {
  let square = 0;
  for (const id of features) square += (rarities[id] ?? 0) ** 2;
  const length = Math.sqrt(square);
  return { skill, features, values: Float64Array.from(features, (id) => (rarities[id] ?? 0) / length), first, last };
}

let background: string[] | undefined;

/**
 * The order in which texts are fitted: the first text of every skill, then the second of every skill, and so on, with
 * the background prompts spread evenly between them.
 */
export function orderTexts(skills: readonly RankTexts[]): { skill: number; stems: string }[] {
  background ??= backgroundPrompts.map((prompt) => rankWords(prompt).join(' '));
  const rounds = Math.max(0, ...skills.map(({ texts }) => texts.length));
  const own: { skill: number; stems: string }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [skill, { texts }] of skills.entries()) {
      const stems = texts[round];
      if (stems !== undefined && stems !== '') own.push({ skill, stems });
    }
  }
  const ordered: { skill: number; stems: string }[] = [];
  let spread = 0;
  for (const [at, text] of own.entries()) {
    ordered.push(text);
    while (spread < background.length && (spread + 1) * own.length <= (at + 1) * background.length) {
      ordered.push({ skill: -1, stems: background[spread++] ?? '' });
    }
  }
  return ordered;
}
