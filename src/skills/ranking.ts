import type { Skill } from '../../seed/state/lib/skill.ts';
import { placeFeatures, rankWords } from './rank-features.ts';
import { fitWeights, gatherPostings, mostPostings, passCount } from './rank-fit.ts';
import type { LooseWord, Postings } from './rank-fit.ts';
import {
  baseWeight,
  featureBase,
  groupedWords,
  groupsOf,
  isGroup,
  orderTexts,
  textFeatures,
  unitVector,
  Vocabulary,
  wordsOfGroup,
} from './rank-model.ts';
import type { RankTexts } from './rank-model.ts';

/** A weight of 1 in the index's whole numbers; smaller ones than `leastWeight` are left out. */
const scale = 500;
const leastWeight = 15;
const mostWeight = 999;
/** A loader's word begins with this share of its rarity, if it is at least this rare. */
const loaderShare = 0.2;
const loaderRarity = 0.4;

/** The texts of a skill that ranking is fitted on. */
export function rankTextsOf(skill: Skill): RankTexts {
  const texts = [
    skill.folder.replace(/[-_]/g, ' '),
    ...skill.triggers,
    ...skill.examples,
    ...sentences(skill.description),
  ];
  const loader = new Set(rankWords((skill.loader ?? '').slice(0, 2000)));
  return {
    texts: texts.map((text) => rankWords(text).join(' ')).filter((stems) => stems !== ''),
    loader: [...loader].slice(0, 100).join(' '),
  };
}

/** Sentences of a description, in pieces of at most twenty words. */
function sentences(text: string): string[] {
  return text.split(/[.!?;:]+(?=\s|$)|\n/).flatMap((sentence) => {
    const words = sentence.split(/\s+/).filter((word) => word !== '');
    return Array.from({ length: Math.ceil(words.length / 20) }, (_, at) =>
      words.slice(at * 20, at * 20 + 20).join(' '),
    );
  });
}

/**
 * Fits the ranking of a whole tree. `skills` are in the order of their numbers. Gives for each term (a word, or a pair
 * of neighbours) the ranking field of its line in the index: `<norm> <skill> <weight> …`, where norm is what the term
 * adds to a prompt's squared length, in hundredths.
 */
export function fitRanking(skills: readonly RankTexts[]): Map<string, string> {
  const vocabulary = new Vocabulary();
  const texts = orderTexts(skills).map(({ skill, stems }) => {
    const placed = textFeatures(stems);
    return { skill, placed, features: vocabulary.count(placed.names) };
  });
  const loaders = skills.map(({ loader }) => vocabulary.count(loader === '' ? [] : loader.split(' ')));
  const rarities = vocabulary.rarities();
  const vectors = texts.map(({ skill, features, placed }) => unitVector(skill, features, placed, rarities));
  const loose: LooseWord[] = loaders.flatMap((features, skill) =>
    [...features]
      .filter((feature) => (rarities[feature] ?? 0) >= loaderRarity)
      .map((feature) => ({ feature, skill, weight: loaderShare * (rarities[feature] ?? 0) })),
  );
  const postings = gatherPostings(vectors, loose, vocabulary.frequency.length, skills.length);
  fitWeights(vectors, postings, skills.length, { passes: passCount(vectors.length) });
  return rankingFields(vocabulary.numbers, rarities, postings, mostPostings(skills.length));
}

/**
 * The fields of all terms. A group of synonyms is folded into the lines of its words, so that the hook knows of words
 * and pairs only; a term that says nothing beyond what an unknown one does gets no line.
 */
function rankingFields(
  numbers: ReadonlyMap<string, number>,
  rarities: Float64Array,
  postings: Postings,
  most: number,
): Map<string, string> {
  const fields = new Map<string, string>();
  const addTerm = (term: string, own: number | undefined): void => {
    const base = featureBase(term);
    const groups = base === baseWeight.word ? groupsOf(term) : [];
    let norm = own === undefined ? base ** 2 : (rarities[own] ?? 0) ** 2;
    const weights: [number, number][] = own === undefined ? [] : rowOf(postings, own, rarities);
    for (const group of groups) {
      const feature = numbers.get(group);
      norm += (feature === undefined ? baseWeight.group : (rarities[feature] ?? 0)) ** 2;
      if (feature !== undefined) weights.push(...rowOf(postings, feature, rarities));
    }
    const field = rankingField(norm, groups.length === 0 ? weights : addUp(weights), base, most);
    if (field !== undefined) fields.set(term, field);
  };
  for (const [feature, number] of numbers) if (!isGroup(feature)) addTerm(feature, number);
  for (const word of groupedWords()) if (!numbers.has(word)) addTerm(word, undefined);
  return fields;
}

function rowOf({ start, skill, weight }: Postings, feature: number, rarities: Float64Array): [number, number][] {
  const row: [number, number][] = [];
  for (let place = start[feature] ?? 0; place < (start[feature + 1] ?? 0); place++) {
    row.push([skill[place] ?? 0, (weight[place] ?? 0) * (rarities[feature] ?? 0) * scale]);
  }
  return row;
}

function addUp(weights: readonly [number, number][]): [number, number][] {
  const sums = new Map<number, number>();
  for (const [skill, weight] of weights) sums.set(skill, (sums.get(skill) ?? 0) + weight);
  return [...sums];
}

function rankingField(
  norm: number,
  weights: readonly [number, number][],
  base: number,
  most: number,
): string | undefined {
  const kept: [number, number][] = [];
  for (const [skill, weight] of weights) {
    const whole = Math.min(mostWeight, Math.round(weight));
    if (whole >= leastWeight) kept.push([skill, whole]);
  }
  const usual = base ** 2;
  if (kept.length === 0 && Math.abs(norm - usual) <= usual * 0.05) return undefined;
  if (kept.length > 1) kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  let field = String(Math.round(norm * 100));
  for (let at = 0; at < kept.length && at < most; at++) field += ` ${kept[at]?.[0]} ${kept[at]?.[1]}`;
  return field;
}

/** Every term whose line may speak for a skill of these texts. */
export function rankTerms({ texts, loader }: RankTexts): Set<string> {
  const terms = new Set(loader.split(' '));
  for (const text of texts) for (const feature of placeFeatures(text.split(' ')).names) terms.add(feature);
  for (const term of terms) for (const group of groupsOf(term)) for (const word of wordsOfGroup(group)) terms.add(word);
  return terms;
}

/**
 * Fits one skill against an index that stays as it is: `fieldOf` gives a term's ranking field. The gaps to a full fit are
 * that the other skills do not move and that synonyms count only where the index has them already.
 */
export function fitOne(
  number: number,
  skills: number,
  { texts, loader }: RankTexts,
  fieldOf: (term: string) => string,
): Map<string, string> {
  const placed = texts.map((text) => placeFeatures(text.split(' ')));
  const terms = [...new Set([...placed.flatMap(({ names }) => names), ...loader.split(' ')])].filter(
    (term) => term !== '',
  );
  const numbers = new Map(terms.map((term, at) => [term, at]));
  const fields = terms.map((term) => fieldOf(term).split(' '));
  const rarities = Float64Array.from(terms, (term, at) =>
    Math.sqrt(Number(fields[at]?.[0] || featureBase(term) ** 2 * 100) / 100),
  );
  const vectors = placed.map((text) =>
    unitVector(
      number,
      Int32Array.from(text.names, (term) => numbers.get(term) ?? 0),
      text,
      rarities,
    ),
  );
  const loose = new Map(
    loader.split(' ').map((word) => [numbers.get(word), loaderShare * (rarities[numbers.get(word) ?? 0] ?? 0)]),
  );
  const start = new Int32Array(terms.length + 1);
  const skill: number[] = [];
  const weight: number[] = [];
  for (const [at, [, ...others]] of fields.entries()) {
    for (let place = 0; place + 1 < others.length; place += 2) {
      if (others[place] === String(number)) continue;
      skill.push(Number(others[place]));
      weight.push(Number(others[place + 1]) / scale / (rarities[at] ?? 1));
    }
    skill.push(number);
    weight.push((rarities[at] ?? 0) >= loaderRarity ? (loose.get(at) ?? 0) : 0);
    start[at + 1] = skill.length;
  }
  const postings: Postings = { start, skill: Int32Array.from(skill), weight: Float64Array.from(weight) };
  fitWeights(vectors, postings, skills, { passes: passCount(1), only: number });
  return new Map(
    terms.map((term, at) => [
      term,
      rankingField((rarities[at] ?? 0) ** 2, rowOf(postings, at, rarities), featureBase(term), mostPostings(skills)) ??
        '',
    ]),
  );
}
