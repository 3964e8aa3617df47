import { groupBy } from '../../core/group-by.ts';
import { layout } from '../../core/paths.ts';
import { skillOf } from '../files/own-paths.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { Tier } from '../wire/names.ts';
import { collisions } from '../wire/safe-path.ts';
import type { Here, LocalFile, Obstacle } from './pull-local.ts';

/** What a tier had of a path when it was last taken in here, and what it has now; `undefined` is none. */
export interface TierChange {
  readonly base: ManifestFile | undefined;
  readonly theirs: ManifestFile | undefined;
}

/** What is new in a tier. */
export interface TierNews {
  readonly tier: Tier;
  /** By path: what differs from what this machine has taken in, in scope. */
  readonly changes: ReadonlyMap<string, TierChange>;
  /** All that the tier holds now. */
  readonly files: ReadonlyMap<string, ManifestFile>;
  /** Paths of these that are not taken in now, whatever else is. */
  readonly behind: Pick<ReadonlySet<string>, 'has'>;
}

/** One version that has to be merged into what is here. */
export interface MergeStep {
  readonly tier: Tier;
  readonly base: ManifestFile | undefined;
  readonly theirs: ManifestFile;
}

/** What becomes of a path. */
export type Decision =
  /** Nothing is to be done: it is as it is to be. */
  | { readonly act: 'same' }
  /** The file of a tier, or what is here, and then merged with what other tiers have of it. */
  | {
      readonly act: 'put';
      readonly here: LocalFile | undefined;
      readonly start: 'here' | MergeStep;
      readonly merges: readonly MergeStep[];
      readonly exec: boolean;
    }
  | { readonly act: 'delete'; readonly here: LocalFile; readonly tier: Tier }
  /** Removed there, and changed here: it stays. */
  | { readonly act: 'keep'; readonly tier: Tier }
  /** Not now: something is in the way, and stays as it is. */
  | { readonly act: 'behind'; readonly why: string };

/** The world that a plan is made from. */
export interface PlanWorld {
  /** Those that count first in front. */
  readonly tiers: readonly TierNews[];
  look(path: string): Here;
  filesBelow(folder: string): readonly string[];
  /** What keeps a path from being made, replaced or removed, where its folder is not to be changed. */
  lockedBy?(path: string): Obstacle | undefined;
  /** What a file here came from, whichever tier has it: the base where a tier has none of its own. */
  origin(path: string): ManifestFile | undefined;
  /** Whether the file system keeps who may run a file. */
  readonly hasModes: boolean;
}

/** A decision as it is made: what stands there after the tiers that were looked at so far. */
interface Course {
  readonly path: string;
  readonly here: LocalFile | undefined;
  start: 'here' | 'gone' | MergeStep;
  merges: MergeStep[];
  exec: boolean;
  tier: Tier | undefined;
  kept: Tier | undefined;
}

/** What is known to stand there: the version of one side as it is, a merge whose bytes are still to be made, or nothing. */
function currentOf({ start, merges, here }: Course): { sha256: string } | 'merged' | undefined {
  if (merges.length > 0) return 'merged';
  if (start === 'gone') return undefined;
  return start === 'here' ? here : start.theirs;
}

/** What one side alone has changed counts; where both have, it may be run if either says so. */
function mergedExec(base: boolean | undefined, current: boolean, theirs: boolean): boolean {
  if (base === undefined) return current || theirs;
  return current === base ? theirs : current;
}

/** What a tier has removed, and what it has hidden until then: the file of the next tier that has one. */
interface Removal {
  readonly tier: Tier;
  readonly base: ManifestFile | undefined;
  readonly below: Omit<MergeStep, 'base'> | undefined;
}

function takeRemoval(course: Course, { tier, base, below }: Removal, hasModes: boolean): void {
  const current = currentOf(course);
  if (current !== undefined && (current === 'merged' || current.sha256 !== base?.sha256)) course.kept = tier;
  else if (below !== undefined) {
    // The same content, removed here too: nothing new comes to light.
    if (current !== undefined || below.theirs.sha256 !== base?.sha256)
      takeVersion(course, { ...below, base }, hasModes);
  } else if (current !== undefined) {
    course.start = 'gone';
    course.tier = tier;
  }
}

/** The first of some tiers that has a path, and of which it may be taken in. */
function firstWith(tiers: readonly TierNews[], path: string): Omit<MergeStep, 'base'> | undefined {
  for (const { tier, files, behind } of tiers) {
    const theirs = behind.has(path) ? undefined : files.get(path);
    if (theirs !== undefined) return { tier, theirs };
  }
  return undefined;
}

function takeVersion(course: Course, step: MergeStep, hasModes: boolean): void {
  const { base, theirs } = step;
  const current = currentOf(course);
  const isUnchanged = current !== 'merged' && current?.sha256 === base?.sha256;
  if (current === undefined) {
    course.start = step;
    course.exec = theirs.exec;
    course.tier = step.tier;
    return;
  }
  const exec = hasModes ? mergedExec(base?.exec, course.exec, theirs.exec) : course.exec;
  const isThere = current !== 'merged' && current.sha256 === theirs.sha256;
  const hasNews = theirs.sha256 !== base?.sha256;
  if (isThere) {
    // The same content, with another mode: it is laid anew, so that the swap knows one way alone.
    if (exec !== course.exec && course.start === 'here') course.start = step;
  } else if (isUnchanged) course.start = step;
  else if (hasNews) course.merges.push(step);
  if (exec !== course.exec || (!isThere && hasNews)) course.tier ??= step.tier;
  course.exec = exec;
}

/** Follows a path through the tiers that have something new of it. */
function follow(path: string, here: LocalFile | undefined, world: PlanWorld): Decision {
  const course: Course = {
    path,
    here,
    start: here === undefined ? 'gone' : 'here',
    merges: [],
    exec: here?.exec ?? false,
    tier: undefined,
    kept: undefined,
  };
  let isShadowed = false;
  for (const [at, { tier, changes, files }] of world.tiers.entries()) {
    const change = changes.get(path);
    if (change !== undefined) {
      const { theirs } = change;
      const base = change.base ?? world.origin(path);
      // Where a tier that counts more has the file, one that has nothing of it here yet is not asked, nor may it take it away.
      if (theirs === undefined && !isShadowed) {
        const below = firstWith(world.tiers.slice(at + 1), path);
        takeRemoval(course, { tier, base, below }, world.hasModes);
      }
      if (theirs !== undefined && !(isShadowed && change.base === undefined))
        takeVersion(course, { tier, base, theirs }, world.hasModes);
    }
    isShadowed ||= files.has(path);
  }
  return outcomeOf(course);
}

function outcomeOf({ here, start, merges, exec, tier, kept }: Course): Decision {
  if (start === 'gone')
    return here === undefined || tier === undefined ? { act: 'same' } : { act: 'delete', here, tier };
  if (start === 'here' && merges.length === 0 && exec === here?.exec)
    return kept === undefined ? { act: 'same' } : { act: 'keep', tier: kept };
  return { act: 'put', here, start, merges, exec };
}

const words: Readonly<Record<Obstacle['how'], (by: string) => string>> = {
  folder: (by) => `the folder ${by} stands in its place`,
  file: (by) => `the file ${by} stands where it needs a folder`,
  link: (by) => `${by} is a link or no file: nothing is written through it`,
  case: (by) => `its name differs from that of ${by} only in case or accents`,
  closed: (by) => `this user has no permission to read or to change ${by}`,
};

/** Whether an obstacle goes away with what else the plan does. */
function isLeaving({ by, how }: Obstacle, leaving: ReadonlySet<string>, world: PlanWorld): boolean {
  if (how === 'link' || how === 'closed') return false;
  if (leaving.has(by)) return true;
  const below = how === 'file' ? [] : world.filesBelow(by);
  return below.length > 0 && below.every((file) => leaving.has(file));
}

/** Whether a file here is as a tier has it, or as it was laid: what goes of its skill there may go here. */
function isOfOthers(path: string, world: PlanWorld): boolean {
  const here = world.look(path);
  if (here.kind !== 'file') return false;
  const versions = [world.origin(path), ...world.tiers.map(({ files }) => files.get(path))];
  return versions.some((version) => version?.sha256 === here.sha256);
}

/** A skill that one side has removed whole, and of which the other has changed something, stays whole: a loader without its SKILL.md is none. */
function keepSkills(decisions: Map<string, Decision>, world: PlanWorld): void {
  const going = [...decisions].flatMap(([path, { act }]) => (act === 'delete' ? [path] : []));
  for (const [skill, paths] of groupBy(going, skillOf)) {
    if (skill === undefined) continue;
    const folder = `${layout.skills}/${skill}`;
    if (!paths.includes(`${folder}/SKILL.md`)) continue;
    const gone = new Set(paths);
    // Whatever else stays there was changed here, or made here.
    if (world.filesBelow(folder).every((file) => gone.has(file) || isOfOthers(file, world))) continue;
    for (const path of paths) {
      const decision = decisions.get(path);
      if (decision?.act === 'delete') decisions.set(path, { act: 'keep', tier: decision.tier });
    }
  }
}

/** The skills that were removed here whole, and of which a tier has changed something, by that tier. */
function removedHere(
  decisions: ReadonlyMap<string, Decision>,
  world: PlanWorld,
): ReadonlyMap<Tier, ReadonlySet<string>> {
  const removed = new Map<Tier, Set<string>>();
  const isGone = new Map<string, boolean>();
  for (const [path, decision] of decisions) {
    if (decision.act !== 'put' || decision.here !== undefined || decision.start === 'here') continue;
    const skill = decision.start.base === undefined ? undefined : skillOf(path);
    if (skill === undefined) continue;
    const gone = isGone.get(skill) ?? world.look(`${layout.skills}/${skill}/SKILL.md`).kind === 'absent';
    isGone.set(skill, gone);
    if (!gone) continue;
    const { tier } = decision.start;
    removed.set(tier, (removed.get(tier) ?? new Set()).add(skill));
  }
  return removed;
}

/** The other way round: of a skill that was removed here, and changed there, all comes back. */
function reviveSkills(decisions: Map<string, Decision>, world: PlanWorld): void {
  const removed = removedHere(decisions, world);
  for (const { tier, files } of world.tiers) {
    const skills = removed.get(tier);
    if (skills === undefined) continue;
    for (const [path, theirs] of files) {
      const skill = skillOf(path);
      if (skill === undefined || !skills.has(skill) || !path.startsWith(`${layout.skills}/${skill}/`)) continue;
      if (decisions.has(path) || world.look(path).kind !== 'absent') continue;
      const start = { tier, base: theirs, theirs };
      decisions.set(path, { act: 'put', here: undefined, start, merges: [], exec: theirs.exec });
    }
  }
}

/** What would be made, replaced or removed in a folder that this user may not change waits, rather than all of the pull. */
function leaveLocked(decisions: Map<string, Decision>, world: PlanWorld): void {
  for (const [path, { act }] of decisions) {
    const by = act === 'put' || act === 'delete' ? world.lockedBy?.(path) : undefined;
    if (by !== undefined) decisions.set(path, { act: 'behind', why: words[by.how](by.by) });
  }
}

/** Of two names of different tiers that cannot both be there, the one of the tier that counts more comes in. */
function settleCollisions(decisions: Map<string, Decision>, world: PlanWorld): void {
  // The names of one tier go together: its manifest was held against that.
  if (world.tiers.filter(({ files }) => files.size > 0).length < 2) return;
  const puts = [...decisions].flatMap(([path, { act }]) => (act === 'put' ? [path] : []));
  const rank = (path: string): number => world.tiers.findIndex(({ changes }) => changes.has(path));
  for (const [a, b] of collisions(puts)) {
    const [stays, waits] = rank(a) <= rank(b) ? [a, b] : [b, a];
    decisions.set(waits, { act: 'behind', why: `it cannot be in one tree with ${stays}, which comes in too` });
  }
}

/**
 * What becomes of each path that is new in some tier: taken, merged, removed, kept, or left for later where something is in
 * the way. Each tier is merged with what was last taken in of it, the one that counts first in front, as one would merge
 * several remotes one after the other. Looks at the tree, and changes nothing.
 */
export function decidePaths(world: PlanWorld): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>();
  const blocked = new Map<string, Obstacle>();
  for (const { changes } of world.tiers) {
    for (const path of changes.keys()) {
      if (decisions.has(path) || blocked.has(path)) continue;
      const here = world.look(path);
      if (here.kind === 'blocked') blocked.set(path, here);
      else decisions.set(path, follow(path, here.kind === 'file' ? here : undefined, world));
    }
  }
  keepSkills(decisions, world);
  const leaving = new Set([...decisions].flatMap(([path, { act }]) => (act === 'delete' ? [path] : [])));
  for (const [path, obstacle] of blocked) {
    const decision = follow(path, undefined, world);
    // What is there and cannot be read may be anybody's: nothing is decided about it.
    const isFree = obstacle.how !== 'closed' && (decision.act !== 'put' || isLeaving(obstacle, leaving, world));
    decisions.set(path, isFree ? decision : { act: 'behind', why: words[obstacle.how](obstacle.by) });
  }
  reviveSkills(decisions, world);
  leaveLocked(decisions, world);
  settleCollisions(decisions, world);
  return decisions;
}
