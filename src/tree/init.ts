import fs from 'node:fs';
import path from 'node:path';
import { formatManifest, makeManifest, parseManifest } from '../../seed/state/lib/seed-manifest.ts';
import type { SeedManifest } from '../../seed/state/lib/seed-manifest.ts';
import { SnappyError } from '../core/errors.ts';
import { isTree, layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { takeBaseline } from '../loop/edits/accept.ts';
import { compileIndex } from '../skills/compile.ts';
import { renderIndexPage } from '../skills/index-page.ts';
import { explainDiskError } from '../core/disk-error.ts';
import { isInside } from './inside.ts';
import { ensureMachineId, hostName, machineIdOf } from '../core/machine-id.ts';
import { beginRepository } from './repository.ts';
import { readSeed } from './seed-files.ts';
import type { SeedFile, SeedPackage } from './seed-files.ts';
import { goOn, openStaging, unfinishedMark } from './staging.ts';
import type { Staging } from './staging.ts';

/** What stands where the tree shall be: no files, an init that did not end, or a tree. */
export type Ground = 'nothing' | 'unfinished' | 'tree';

/** What an init would do, as data. */
export interface InitPlan {
  readonly tree: string;
  readonly ground: Ground;
  /** The version of the package. */
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
  if (!stat.isDirectory())
    throw new SnappyError('refused', `${dir} is not a folder`, {
      hint: 'name a folder that is not there yet, or an empty one',
    });
  const names = fs.readdirSync(dir).toSorted();
  if (names.includes(unfinishedMark)) return 'unfinished';
  if (names.length === 0) return 'nothing';
  if (isTree(dir)) return 'tree';
  const shown = names.slice(0, 3).join(', ');
  throw new SnappyError(
    'refused',
    `${dir} is not empty and is no tree: it holds ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`,
    {
      hint: 'name a folder that is not there yet, or an empty one: snappy init DIR',
    },
  );
}

/** Looks at `dir` and says what is missing there. Changes nothing. Throws `refused` when somebody's files are there. */
export function planInit(source: SeedPackage, dir: string): InitPlan {
  const tree = path.resolve(dir);
  try {
    const ground = inspect(tree);
    const seed = readSeed(source);
    const absent = seed.filter(
      (file) => fs.lstatSync(path.join(tree, file.path), { throwIfNoEntry: false }) === undefined,
    );
    // A tree whose user has linked a folder to elsewhere: nothing of ours is laid there.
    const missing = ground === 'nothing' ? absent : absent.filter((file) => isInside(tree, file.path));
    return { tree, ground, version: source.version, seed, missing };
  } catch (cause) {
    throw explainDiskError(cause, 'nothing was changed');
  }
}

function manifestOf(version: string, files: readonly SeedFile[]): SeedManifest {
  return makeManifest(
    version,
    files.map((file) => [file.path, file.data] as const),
  );
}

/** Enters the files that were just laid in the manifest of a tree that has one; one that does not parse is left alone. */
function amendManifest(system: System, tree: string, laid: readonly SeedFile[]): void {
  const file = path.join(tree, layout.manifest);
  try {
    const known = parseManifest(system.read(file)?.toString('utf8') ?? '');
    const { files } = manifestOf(known.version, laid);
    system.write(file, formatManifest({ ...known, files: { ...known.files, ...files } }));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
  }
}

/** Lays what is missing of the seed, and what is made on the spot. Returns the paths of what it laid. */
function layFiles(system: System, staging: Staging, { tree, version, seed, missing }: InitPlan): string[] {
  const laid: string[] = [];
  const lay = (file: string, data: Buffer | string, mode?: number): boolean => {
    const done = staging.lay(file, data, mode);
    if (done) laid.push(file);
    return done;
  };
  const isContract = (file: SeedFile): boolean => file.path === layout.program;
  for (const file of missing) if (!isContract(file)) lay(file.path, file.data, file.mode);
  for (const folder of [layout.queue, layout.sessions]) system.mkdir(path.join(tree, folder));
  const owned = seed.filter((file) => !file.starter);
  const isNew = lay(layout.manifest, formatManifest(manifestOf(version, owned)));
  const restored = owned.filter((file) => laid.includes(file.path));
  if (!isNew) amendManifest(system, tree, restored);
  if (!fs.existsSync(path.join(tree, layout.machineId))) lay(layout.machineId, `${machineIdOf(hostName())}\n`);
  ensureMachineId(system, tree);
  lay(layout.indexPage, renderIndexPage(tree, ''));
  // The contract comes last: only with it is the folder a tree for everybody else.
  for (const file of missing) if (isContract(file)) lay(file.path, file.data, file.mode);
  return laid;
}

async function layAll(system: System, staging: Staging, plan: InitPlan, git: boolean): Promise<InitResult> {
  const { tree, ground, seed } = plan;
  const laid = layFiles(system, staging, plan);
  const kept = ground === 'tree' || fs.existsSync(path.join(tree, '.git'));
  const committed = [...seed.map((file) => file.path), layout.manifest, layout.indexPage];
  const draft = kept || !git ? undefined : beginRepository(tree, staging.dir, committed);
  // While git hashes the files.
  const { skills } = compileIndex(tree, { ifStale: true });
  takeBaseline(system, tree);
  await draft?.finish(system);
  return { laid, skills, git: kept ? 'kept' : draft === undefined ? 'none' : 'made' };
}

/**
 * Lays what the plan found missing, and nothing over anything. Killed at any point, it is carried on by the next call
 * for the same folder; so it is after a `failure` (no permission, a full disk, words of git's). Works with no network.
 */
export async function applyInit(system: System, plan: InitPlan, options: { git: boolean }): Promise<InitResult> {
  let staging: Staging | undefined;
  try {
    staging = openStaging(system, plan.tree);
    const result = await layAll(system, staging, plan, options.git);
    staging.close();
    return result;
  } catch (cause) {
    try {
      staging?.abandon();
    } catch {
      // The disk that failed the work may fail the clean-up too; the next init sweeps it.
    }
    throw explainDiskError(cause, goOn);
  }
}
