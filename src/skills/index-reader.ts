import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../core/paths.ts';
import { hashTerm, indexVersion, skillsPerFile } from './index-format.ts';

/** The index of a tree as it is now, read the way the hook reads it. */
export interface IndexReader {
  readonly generation: string;
  readonly entryFiles: number;
  readonly rankingFiles: number;
  /** How many skill numbers are given, those of removed skills included. */
  readonly skills: number;
  /** The lines that stand before those of the generation: each begins and ends with a line break. "" for none. */
  readonly delta: string;
  /** The entries of a word, tab separated; "" when there are none. */
  entries(word: string): string;
  /** The ranking of a word or pair of words; "" when there is none. */
  ranking(term: string): string;
  /** The record of a skill without its number; `undefined` when there is none. */
  record(number: number): string | undefined;
}

/** Opens the index of a tree; `undefined` when there is none of this version. */
export function openIndex(tree: string): IndexReader | undefined {
  const root = path.join(tree, layout.index);
  const [generation, version, entryFiles, rankingFiles, skills, delta] = readText(path.join(root, 'current'))
    .trim()
    .split(' ');
  if (generation === undefined || version !== String(indexVersion)) return undefined;
  const folder = path.join(root, generation);
  if (!fs.existsSync(path.join(folder, 'words'))) return undefined;
  const files = new Map<string, string>();
  const find = (file: string, key: string): string | undefined => {
    let text = files.get(file);
    if (text === undefined) files.set(file, (text = readText(path.join(folder, file))));
    const at = text.indexOf(`\n${key}\t`);
    if (at < 0) return undefined;
    const from = at + key.length + 2;
    return text.slice(from, text.indexOf('\n', from));
  };
  const inDelta = (key: string): string | undefined => (delta === undefined ? undefined : find(delta, key));
  return {
    generation,
    entryFiles: Number(entryFiles),
    rankingFiles: Number(rankingFiles),
    skills: Number(skills),
    delta: delta === undefined ? '' : readText(path.join(folder, delta)),
    entries: (word) => inDelta(`e ${word}`) ?? find(`e${hashTerm(word) % Number(entryFiles)}`, word) ?? '',
    ranking: (term) => inDelta(`r ${term}`) ?? find(`r${hashTerm(homeOf(term)) % Number(rankingFiles)}`, term) ?? '',
    record: (number) => inDelta(`#${number}`) ?? find(`skills-${Math.floor(number / skillsPerFile)}`, String(number)),
  };
}

/** The word whose file a term is in: a pair of words is kept with its first, whose file the hook has open already. */
export function homeOf(term: string): string {
  const space = term.indexOf(' ');
  return space < 0 ? term : term.slice(0, space);
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
