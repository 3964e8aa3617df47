// Trees for benchmarks: the seed's own files and skills made for the purpose, in a throwaway folder.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layout } from '../src/core/paths.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** A skill as a benchmark states it. */
export interface CorpusSkill {
  readonly name: string;
  readonly description: string;
  readonly triggers?: readonly string[];
  readonly examples?: readonly string[];
  readonly loader: string;
}

/** A new throwaway folder; it is removed when the process ends. */
export function scratch(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-bench-'));
  process.once('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Lays a tree with these skills and no others. Its index is not compiled. */
export function layTree(tree: string, skills: readonly CorpusSkill[]): void {
  fs.cpSync(path.join(root, 'seed'), tree, {
    recursive: true,
    filter: (file) => !file.includes(`${path.sep}skills${path.sep}`),
  });
  fs.cpSync(path.join(root, 'dist'), path.join(tree, 'bin'), { recursive: true });
  fs.mkdirSync(path.join(tree, layout.sessions), { recursive: true });
  for (const skill of skills) laySkill(tree, skill);
}

function laySkill(tree: string, skill: CorpusSkill): void {
  const folder = path.join(tree, layout.skills, skill.name);
  fs.mkdirSync(folder, { recursive: true });
  const list = (key: string, phrases: readonly string[] = []): string =>
    phrases.length === 0 ? '' : `${key}:\n${phrases.map((phrase) => `  - ${JSON.stringify(phrase)}\n`).join('')}`;
  const head = `name: ${skill.name}\ndescription: ${JSON.stringify(skill.description)}\n${list('triggers', skill.triggers)}${list('examples', skill.examples)}`;
  fs.writeFileSync(
    path.join(folder, 'SKILL.md'),
    `---\n${head}---\n# ${skill.name}\n\n## Eval\nA person reads the result.\n`,
  );
  fs.writeFileSync(path.join(folder, 'AGENTS.md'), skill.loader);
}

/** A small generator of the same numbers on every machine: mulberry32 (T. Ettinger). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const syllables = 'ba de fi go ku la me ni po ru sa te vi wo za cre dri flo gra pla sto tri'.split(' ');
const frequent =
  'the a to of and in is for it on with that this you your how what do be or use when from by as not are can run file'.split(
    ' ',
  );
const vocabulary = Array.from({ length: 8000 }, (_, at) =>
  [0, 1, 2].map((power) => syllables[Math.floor((at + 17) / syllables.length ** power) % syllables.length]).join(''),
);

/** Sentences with the frequencies of a language: many common words, a long tail of rare ones. */
export function sentence(random: () => number, words: number): string {
  const word = (): string | undefined =>
    random() < 0.4
      ? frequent[Math.floor(random() * frequent.length)]
      : vocabulary[Math.floor(vocabulary.length * random() ** 3)];
  return Array.from({ length: words }, word).join(' ');
}

/** `count` skills of five triggers, two sentences of description and a loader of 300 words each. */
export function makeSkills(count: number): CorpusSkill[] {
  const random = numbers(1);
  return Array.from({ length: count }, (_, at) => ({
    name: `${vocabulary[at % vocabulary.length]}-${at}`,
    description: `${sentence(random, 14)}. Use it when ${sentence(random, 10)}.`,
    // The number makes each phrase its own, as names of projects and services do in real trees.
    triggers: [0, 1, 2, 3, 4].map(
      (place) => `${sentence(random, 3)} ${vocabulary[(at * 5 + place) % vocabulary.length]}${at}`,
    ),
    loader: `# ${at}\n\n## Critical Rules\n${Array.from({ length: 20 }, () => `- ${sentence(random, 15)}.`).join('\n')}\n\n## Commands\n\n## Known Pitfalls\n\n## Self-Test\n`,
  }));
}
