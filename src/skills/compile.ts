import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { layout } from '../core/paths.ts';
import { indexEntries, skillRecord, spokenWords } from './index-entries.ts';
import type { SkillPhrases } from './index-entries.ts';
import { readCache, readGeneration, touchIndex, writeCache, writeIndex } from './index-store.ts';
import { fitRanking, rankTextsOf } from './ranking.ts';
import { readSkill } from './read.ts';
import type { SkillEntry } from './read.ts';

export interface CompileResult {
  /** False when the index was right as it was. */
  readonly compiled: boolean;
  readonly skills: number;
  /** Names of the skills that were read anew. */
  readonly read: readonly string[];
}

const cacheSchema = z.object({
  version: z.literal(1),
  skills: z.record(
    z.string(),
    z.object({
      stamp: z.string(),
      loader: z.string(),
      triggers: z.array(z.string()),
      antiTriggers: z.array(z.string()),
      spoken: z.string(),
      texts: z.array(z.string()),
      loaderWords: z.string(),
    }),
  ),
});

type CachedSkill = z.infer<typeof cacheSchema>['skills'][string];

/** Size and time of the files a skill is compiled from: what tells that it was edited. Nothing for what is no skill. */
function skillStamp(folder: string, name: string): string {
  return [`${name}/SKILL.md`, `${name}/AGENTS.md`, `${name}.md`, `${name}.agents.md`]
    .map((file) => fs.statSync(path.join(folder, file), { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '' : `${stat.size}:${stat.mtimeMs}`))
    .join(' ');
}

/** Names of the folders and flat files that may be skills, each with its stamp. */
function listStamps(tree: string): Map<string, string> {
  const folder = path.join(tree, layout.skills);
  const stamps = new Map<string, string>();
  for (const file of fs.readdirSync(folder).toSorted()) {
    const name = file.replace(/(\.agents)?\.md$/, '');
    // A name with a control character cannot stand in the index's lines; the lint tells of it.
    if (name.startsWith('.') || /[\u0000-\u001f\u007f]/.test(name)) continue;
    const stamp = skillStamp(folder, name);
    if (stamp.trim() !== '') stamps.set(name, stamp);
  }
  return stamps;
}

function cachedSkill(entry: SkillEntry, stamp: string): CachedSkill {
  const { texts, loader } = rankTextsOf(entry.skill);
  return {
    stamp,
    loader: entry.loaderPath === undefined ? '-' : entry.loaderPath.slice(layout.skills.length + 1),
    triggers: [...entry.skill.triggers],
    antiTriggers: [...entry.skill.antiTriggers],
    spoken: spokenWords([...entry.skill.triggers, ...entry.skill.examples]),
    texts: [...texts],
    loaderWords: loader,
  };
}

function readTreeCache(tree: string): Map<string, CachedSkill> {
  const parsed = cacheSchema.safeParse(readCache(tree));
  return new Map(parsed.success ? Object.entries(parsed.data.skills) : []);
}

/**
 * Compiles the skills of a tree into the index that the hook reads. Only skills whose files changed since the last run
 * are read again. With `ifStale` nothing is written when no skill changed. One skill that cannot be read never stops
 * the others: it is in the index with what could be read of it.
 */
export function compileIndex(tree: string, options: { ifStale?: boolean } = {}): CompileResult {
  const asOf = Date.now();
  const stamps = listStamps(tree);
  const cached = readTreeCache(tree);
  const generation = readGeneration(tree);
  const changed = [...stamps].filter(([name, stamp]) => cached.get(name)?.stamp !== stamp).map(([name]) => name);
  const same = generation !== undefined && changed.length === 0 && cached.size === stamps.size;
  if (same && options.ifStale === true) {
    touchIndex(tree, asOf);
    return { compiled: false, skills: stamps.size, read: [] };
  }
  const skills = new Map<string, CachedSkill>();
  for (const [name, stamp] of stamps) {
    const known = cached.get(name);
    const entry = known?.stamp === stamp ? undefined : readSkill(tree, name);
    if (entry !== undefined) skills.set(name, cachedSkill(entry, stamp));
    else if (known?.stamp === stamp) skills.set(name, known);
  }
  publish(tree, skills, asOf);
  writeCache(tree, { version: 1, skills: Object.fromEntries(skills) });
  return { compiled: true, skills: skills.size, read: changed };
}

function publish(tree: string, skills: ReadonlyMap<string, CachedSkill>, asOf: number): void {
  const phrases: SkillPhrases[] = [...skills].map(([name, skill]) => ({ name, ...skill }));
  const ranking = fitRanking([...skills.values()].map(({ texts, loaderWords }) => ({ texts, loader: loaderWords })));
  const lines = new Map<string, string>();
  const entries = indexEntries(phrases);
  for (const term of new Set([...ranking.keys(), ...entries.keys()])) {
    lines.set(term, [ranking.get(term) ?? '', ...(entries.get(term) ?? [])].join('\t'));
  }
  writeIndex(tree, { lines, records: phrases.map((skill, number) => skillRecord(number, skill)), names: phrases.map(({ name }) => name) }, asOf);
}
