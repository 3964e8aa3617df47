import type { Skill } from '../../seed/state/lib/skill.ts';
import { rankWords } from './rank-features.ts';
import { fitWeights, gatherPostings, mostPostings, passCount } from './rank-fit.ts';
import type { LooseWord, Postings } from './rank-fit.ts';
import { baseWeight, featureBase, groupedWords, groupsOf, isGroup, orderTexts, textFeatures, unitVector, Vocabulary } from './rank-model.ts';
import type { RankTexts } from './rank-model.ts';

/** A weight of 1 in the index's whole numbers; smaller ones than `leastWeight` are left out. */
const scale = 500;
const leastWeight = 5;
const mostWeight = 999;
/** A loader's word begins with this share of its rarity, if it is at least this rare. */
const loaderShare = 0.2;
const loaderRarity = 0.4;

/** The texts of a skill that ranking is fitted on. */
export function rankTextsOf(skill: Skill): RankTexts {
  const texts = [skill.folder.replace(/[-_]/g, ' '), ...skill.triggers, ...skill.examples, ...sentences(skill.description)];
  const loader = new Set(rankWords((skill.loader ?? '').slice(0, 2000)));
  return { texts: texts.map((text) => rankWords(text).join(' ')).filter((stems) => stems !== ''), loader: [...loader].slice(0, 100).join(' ') };
}

/** Sentences of a description, in pieces of at most twenty words. */
function sentences(text: string): string[] {
  return text.split(/[.!?;:]+(?=\s|$)|\n/).flatMap((sentence) => {
    const words = sentence.split(/\s+/).filter((word) => word !== '');
    return Array.from({ length: Math.ceil(words.length / 20) }, (_, at) => words.slice(at * 20, at * 20 + 20).join(' '));
  });
}

/**
 * Fits the ranking of a whole tree. `skills` are in the order of their numbers. Gives for each term (a word, or a pair
 * of neighbours) the ranking field of its line in the index: `<norm> <skill>:<weight> …`, where norm is what the term
 * adds to a prompt's squared length, in hundredths.
 */
export function fitRanking(skills: readonly RankTexts[]): Map<string, string> {
  const vocabulary = new Vocabulary();
  const texts = orderTexts(skills).map(({ skill, stems }) => ({ skill, features: vocabulary.count(textFeatures(stems)) }));
  const loaders = skills.map(({ loader }) => vocabulary.count(loader === '' ? [] : loader.split(' ')));
  const rarities = vocabulary.rarities();
  const vectors = texts.map(({ skill, features }) => unitVector(skill, features, rarities));
  const loose: LooseWord[] = loaders.flatMap((features, skill) =>
    [...features].filter((feature) => (rarities[feature] ?? 0) >= loaderRarity).map((feature) => ({ feature, skill, weight: loaderShare * (rarities[feature] ?? 0) })),
  );
  const postings = gatherPostings(vectors, loose, vocabulary.frequency.length, skills.length);
  fitWeights(vectors, postings, skills.length, { passes: passCount(vectors.length) });
  return rankingFields(vocabulary.numbers, rarities, postings);
}

/**
 * The fields of all terms. A group of synonyms is folded into the lines of its words, so that the hook knows of words
 * and pairs only; a term that says nothing beyond what an unknown one does gets no line.
 */
function rankingFields(numbers: ReadonlyMap<string, number>, rarities: Float64Array, postings: Postings): Map<string, string> {
  const fields = new Map<string, string>();
  const terms = new Set([...numbers.keys()].filter((feature) => !isGroup(feature)));
  for (const word of groupedWords()) terms.add(word);
  for (const term of terms) {
    const base = featureBase(term);
    const parts = [term, ...(base === baseWeight.word ? groupsOf(term) : [])];
    const weights = new Map<number, number>();
    let norm = 0;
    for (const part of parts) {
      const feature = numbers.get(part);
      const rarity = feature === undefined ? featureBase(part) : (rarities[feature] ?? 0);
      norm += rarity ** 2;
      if (feature === undefined) continue;
      for (let place = postings.start[feature]!; place < postings.start[feature + 1]!; place++) {
        const skill = postings.skill[place]!;
        weights.set(skill, (weights.get(skill) ?? 0) + postings.weight[place]! * rarity * scale);
      }
    }
    const field = rankingField(norm, weights, base);
    if (field !== undefined) fields.set(term, field);
  }
  return fields;
}

function rankingField(norm: number, weights: ReadonlyMap<number, number>, base: number): string | undefined {
  const kept = [...weights]
    .map(([skill, weight]) => [skill, Math.min(mostWeight, Math.round(weight))] as const)
    .filter(([, weight]) => weight >= leastWeight)
    .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, mostPostings);
  const usual = base ** 2;
  if (kept.length === 0 && Math.abs(norm - usual) <= usual * 0.05) return undefined;
  return [Math.round(norm * 100), ...kept.map(([skill, weight]) => `${skill}:${weight}`)].join(' ');
}
