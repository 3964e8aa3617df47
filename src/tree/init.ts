import fs from 'node:fs';
import path from 'node:path';
import { formatManifest, makeManifest } from '../../seed/state/lib/seed-manifest.ts';
import { SnappyError } from '../core/errors.ts';
import { isTree, layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { compileIndex } from '../skills/compile.ts';
import { renderIndexPage } from '../skills/index-page.ts';
import { hostName, machineIdOf, readMachineId } from './machine-id.ts';
import { makeRepository } from './repository.ts';
import { readSeed } from './seed-files.ts';
import type { SeedFile, SeedPackage } from './seed-files.ts';
import { openStaging, unfinishedMark } from './staging.ts';

/** What stands where the tree shall be. */
export type Ground = 'nothing' | 'unfinished' | 'tree';

/** What an init would do, as data. */
export interface InitPlan {
  readonly tree: string;
  readonly ground: Ground;
  readonly version: string;
  /** The whole seed, by path. */
  readonly seed: readonly SeedFile[];
  /** Those of its files that are not there yet. */
  readonly missing: readonly SeedFile[];
}

/** What an init has done. */
export interface InitResult {
  /** Paths of the files that were laid. */
  readonly laid: readonly string[];
  readonly skills: number;
  /** `made`: a repository with one commit. `none`: no git here, or not wanted. `kept`: left as it was. */
  readonly git: 'made' | 'none' | 'kept';
}

/** What an init finds at `dir`. Throws `refused` when somebody's files are there. */
function inspect(dir: string): Ground {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return 'nothing';
  if (!stat.isDirectory()) throw new SnappyError('refused', `${dir} is not a folder`, { hint: 'name a folder that is not there yet, or an empty one' });
  if (fs.existsSync(path.join(dir, unfinishedMark))) return 'unfinished';
  if (isTree(dir)) return 'tree';
  const names = fs.readdirSync(dir);
  if (names.length === 0) return 'nothing';
  const shown = names.toSorted().slice(0, 3).join(', ');
  throw new SnappyError('refused', `${dir} is not empty and is no tree: it holds ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`, {
    hint: 'name a folder that is not there yet, or an empty one: snappy init DIR',
  });
}

/** Looks at `dir` and says what is missing there. Changes nothing. Throws `refused` when somebody's files are there. */
export function planInit(source: SeedPackage, dir: string): InitPlan {
  const tree = path.resolve(dir);
  const ground = inspect(tree);
  const seed = readSeed(source);
  const missing = seed.filter((file) => fs.lstatSync(path.join(tree, file.path), { throwIfNoEntry: false }) === undefined);
  return { tree, ground, version: source.version, seed, missing };
}

/**
 * Lays what the plan found missing, and nothing over anything. Killed at any point, it is carried on by the next call
 * with the same folder. Throws what `fs` throws, and `failure` when git fails.
 */
export function applyInit(system: System, plan: InitPlan, options: { git: boolean }): InitResult {
  const { tree, ground, seed } = plan;
  const staging = openStaging(system, tree);
  const laid: string[] = [];
  const lay = (file: string, data: Buffer | string, mode?: number): void => {
    if (staging.lay(file, data, mode)) laid.push(file);
  };
  // The contract comes last: only then is the folder a tree for everybody else.
  for (const file of plan.missing.filter((one) => one.path !== layout.program)) lay(file.path, file.data, file.mode);
  for (const folder of [layout.briefs, layout.sessions]) system.mkdir(path.join(tree, folder));
  const owned = seed.filter((file) => !file.starter).map((file) => [file.path, file.data] as const);
  lay(layout.manifest, formatManifest(makeManifest(plan.version, owned)));
  if (readMachineId(tree) === undefined) lay(layout.machineId, `${machineIdOf(hostName())}\n`);
  lay(layout.indexPage, renderIndexPage(tree, ''));
  const { skills } = compileIndex(tree, { ifStale: true });
  for (const file of plan.missing.filter((one) => one.path === layout.program)) lay(file.path, file.data, file.mode);
  let made: InitResult['git'] = 'kept';
  if (ground !== 'tree' && !fs.existsSync(path.join(tree, '.git'))) {
    const files = [...seed.map((file) => file.path), layout.manifest, layout.indexPage];
    made = options.git && makeRepository(system, tree, staging.dir, files) ? 'made' : 'none';
  }
  staging.close();
  return { laid, skills, git: made };
}
