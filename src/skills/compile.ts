import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { statThrough } from '../../seed/state/lib/revision.ts';
import { layout } from '../core/paths.ts';
import { deltaLines } from './index-delta.ts';
import type { IndexedSkill, SkillChange } from './index-delta.ts';
import { indexEntries, skillRecord, spokenWords } from './index-entries.ts';
import { openIndex } from './index-reader.ts';
import type { IndexReader } from './index-reader.ts';
import { readCache, touchIndex, writeCache, writeDelta, writeIndex } from './index-store.ts';
import { fitRanking, rankTextsOf } from './ranking.ts';
import { readSkill, readSkills } from './read.ts';
import type { SkillEntry } from './read.ts';

export interface CompileResult {
  /** False when the index was right as it was. */
  readonly compiled: boolean;
  /** False when changed skills are laid over an older index: a full compile should follow, at leisure. */
  readonly complete: boolean;
  readonly skills: number;
  /** Names of the skills that were read. */
  readonly read: readonly string[];
  /** All skills, where all were read. */
  readonly entries?: readonly SkillEntry[];
}

/** With more changes than this at once a full compile is as quick. */
const mostChanges = 16;

const cacheSchema = z.object({
  version: z.literal(1),
  generation: z.string(),
  skills: z.array(
    z.object({
      name: z.string(),
      number: z.number(),
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

/** A skill as the last compile saw it, by name; with the number it has in the index. */
type CachedSkill = z.infer<typeof cacheSchema>['skills'][number];

/** Size and time of the files a skill is compiled from: what tells that it was edited. */
function fileStamp(file: string): string {
  const stat = statThrough(file);
  return stat === undefined ? '' : `${stat.size}:${stat.mtimeMs}`;
}

/** Names of the folders and flat files that may be skills, each with its stamp. */
function listStamps(tree: string): Map<string, string> {
  const folder = path.join(tree, layout.skills);
  const stamps = new Map<string, string>();
  for (const file of fs.readdirSync(folder).toSorted()) {
    const flat = file.endsWith('.md');
    const name = flat ? file.replace(/(\.agents)?\.md$/, '') : file;
    // A name with a control character cannot stand in the index's lines; the lint tells of it.
    if (name.startsWith('.') || /[\u0000-\u001f\u007f]/.test(name)) continue;
    const files = flat ? [`${name}.md`, `${name}.agents.md`] : [`${name}/SKILL.md`, `${name}/AGENTS.md`];
    const stamp = files.map((part) => fileStamp(path.join(folder, part))).join(' ');
    if (stamp.trim() !== '' && (!flat || !stamps.has(name))) stamps.set(name, stamp);
  }
  return stamps;
}

function cachedSkill(entry: SkillEntry, stamp: string, number: number): CachedSkill {
  const { texts, loader } = rankTextsOf(entry.skill);
  return {
    name: entry.name,
    number,
    stamp,
    loader: entry.loaderPath === undefined ? '-' : entry.loaderPath.slice(layout.skills.length + 1),
    triggers: [...entry.skill.triggers],
    antiTriggers: [...entry.skill.antiTriggers],
    spoken: spokenWords([...entry.skill.triggers, ...entry.skill.examples]),
    texts: [...texts],
    loaderWords: loader,
  };
}

function indexed(skill: CachedSkill): IndexedSkill {
  const { name, loader, triggers, antiTriggers, spoken, texts, loaderWords } = skill;
  return { phrases: { name, loader, triggers, antiTriggers, spoken }, texts: { texts, loader: loaderWords } };
}

/** What the last compile saw; nothing when the index is not the one it made. */
function readTreeCache(tree: string, index: IndexReader | undefined): Map<string, CachedSkill> {
  const parsed = cacheSchema.safeParse(readCache(tree));
  if (!parsed.success || parsed.data.generation !== index?.generation) return new Map();
  return new Map(parsed.data.skills.map((skill) => [skill.name, skill]));
}

/**
 * Compiles the skills of a tree into the index that the hook reads. With `ifStale` nothing is written when no skill
 * changed since the last compile, and a few changes are laid over the index instead of compiling all of it. A skill that
 * cannot be read never stops the others: what could be read of it counts.
 */
export function compileIndex(tree: string, options: { ifStale?: boolean } = {}): CompileResult {
  const asOf = Date.now();
  const stamps = listStamps(tree);
  return (options.ifStale === true ? compileChanges(tree, stamps, asOf) : undefined) ?? compileAll(tree, stamps, asOf);
}

function compileAll(tree: string, stamps: ReadonlyMap<string, string>, asOf: number): CompileResult {
  const entries = readSkills(tree).filter(({ name }) => stamps.has(name));
  const skills = entries.map((entry, number) => cachedSkill(entry, stamps.get(entry.name) ?? '', number));
  publish(tree, skills, asOf);
  return { compiled: true, complete: true, skills: skills.length, read: skills.map(({ name }) => name), entries };
}

/** What `ifStale` does; `undefined` where everything has to be compiled. */
function compileChanges(tree: string, stamps: ReadonlyMap<string, string>, asOf: number): CompileResult | undefined {
  const index = openIndex(tree);
  const cached = readTreeCache(tree, index);
  if (index === undefined || cached.size === 0) return undefined;
  const changed = [...stamps].filter(([name, stamp]) => cached.get(name)?.stamp !== stamp).map(([name]) => name);
  const gone = [...cached.keys()].filter((name) => !stamps.has(name));
  if (changed.length + gone.length === 0) {
    touchIndex(tree, asOf);
    return { compiled: false, complete: index.delta === '', skills: cached.size, read: [] };
  }
  if (changed.length + gone.length > mostChanges) return undefined;
  const skills = new Map([...cached].filter(([name]) => stamps.has(name)));
  const changes: SkillChange[] = gone.flatMap((name) => changeOf(cached.get(name), undefined));
  let next = index.skills;
  for (const name of changed) {
    const before = cached.get(name);
    const entry = readSkill(tree, name);
    const after = entry && cachedSkill(entry, stamps.get(name) ?? '', before?.number ?? next++);
    if (after === undefined) skills.delete(name);
    else skills.set(name, after);
    changes.push(...changeOf(before, after));
  }
  writeDelta(tree, index, deltaLines(index, changes), next, asOf);
  writeCache(tree, { version: 1, generation: index.generation, skills: [...skills.values()] });
  return { compiled: true, complete: false, skills: skills.size, read: changed };
}

function changeOf(before: CachedSkill | undefined, after: CachedSkill | undefined): SkillChange[] {
  const number = (after ?? before)?.number;
  return number === undefined ? [] : [{ number, before: before && indexed(before), after: after && indexed(after) }];
}

/** Writes a whole new index. */
function publish(tree: string, skills: readonly CachedSkill[], asOf: number): void {
  const all = skills.map(indexed);
  const phrases = all.map((skill) => skill.phrases);
  const ranking = fitRanking(all.map(({ texts }) => texts));
  const entries = new Map([...indexEntries(phrases)].map(([word, list]) => [word, list.join('\t')]));
  const records = phrases.map((skill, number) => [number, skillRecord(skill)].join('\t'));
  const generation = writeIndex(tree, { entries, ranking, records }, asOf);
  writeCache(tree, { version: 1, generation, skills });
}
