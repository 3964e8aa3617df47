import fs from 'node:fs';
import path from 'node:path';
import { formatManifest, parseManifest, sha256 } from '../../seed/state/lib/seed-manifest.ts';
import type { SeedManifest } from '../../seed/state/lib/seed-manifest.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { compileIndex } from '../skills/compile.ts';
import { updateIndexPage } from '../skills/index-page.ts';
import { explainDiskError } from '../core/disk-error.ts';
import { isInside } from './inside.ts';
import { isSharpened, isUserOwned, readSeed } from './seed-files.ts';
import type { SeedFile, SeedPackage } from './seed-files.ts';
import { unfinishedMark } from './staging.ts';

/**
 * What a refresh does with one file:
 * - `renew`: unchanged since it was laid, newer in the seed. `lay`: missing.
 * - `keep`: changed here and to stay. `refuse`: changed here; the user has to choose. `overwrite`: chosen by `--force`.
 * - `drop`: left the seed and unchanged here: removed. `leave`: left the seed and changed here: the user's from now on.
 */
export type RefreshKind = 'renew' | 'lay' | 'keep' | 'refuse' | 'overwrite' | 'drop' | 'leave';

export interface RefreshStep {
  readonly kind: RefreshKind;
  readonly path: string;
  /** The seed's file; `undefined` when it has none of this path any more. */
  readonly file: SeedFile | undefined;
  /** sha256 of the file as it was last laid, where that is known. */
  readonly base: string | undefined;
  /** For a refusal: whether the seed has something newer, the base is unknown, or it is no plain file of the tree. */
  readonly reason?: 'both-changed' | 'changed-here' | 'unknown-base' | 'no-plain-file';
}

/** What the user has decided about files that are changed here; nothing means: refuse and show. */
export type Choice = 'force' | 'keep' | undefined;

export interface RefreshPlan {
  readonly tree: string;
  /** The version that laid the tree; `undefined` without a manifest that can be read. */
  readonly from: string | undefined;
  readonly to: string;
  /** Why the manifest could not be used, if it could not. */
  readonly fault: string | undefined;
  /** By path; files that are as the seed has them have no step. */
  readonly steps: readonly RefreshStep[];
  readonly manifest: SeedManifest;
}

function readManifest(system: System, tree: string): { manifest: SeedManifest | undefined; fault: string | undefined } {
  const bytes = system.read(path.join(tree, layout.manifest));
  if (bytes === undefined) return { manifest: undefined, fault: `${layout.manifest} is missing` };
  try {
    return { manifest: parseManifest(bytes.toString('utf8')), fault: undefined };
  } catch (cause) {
    return { manifest: undefined, fault: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** A plain file's bytes; `missing`; or `strange` for a link, a folder, or a file below a link that leads out. */
function look(system: System, tree: string, file: string): Buffer | 'missing' | 'strange' {
  if (!isInside(tree, file)) return 'strange';
  const stat = fs.lstatSync(path.join(tree, file), { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  return stat.isFile() ? (system.read(path.join(tree, file)) ?? 'missing') : 'strange';
}

function planFile(system: System, tree: string, file: SeedFile, base: string | undefined): RefreshStep | undefined {
  const step = (kind: RefreshKind, reason?: RefreshStep['reason']): RefreshStep => ({
    kind,
    path: file.path,
    file,
    base,
    ...(reason === undefined ? {} : { reason }),
  });
  const here = look(system, tree, file.path);
  if (here === 'strange') return step('refuse', 'no-plain-file');
  if (here === 'missing') return step('lay');
  if (here.equals(file.data)) return undefined;
  if (base === undefined) return step('refuse', 'unknown-base');
  if (sha256(here) === base) return step('renew');
  if (sha256(file.data) !== base) return step('refuse', 'both-changed');
  return isSharpened(file.path) ? step('keep') : step('refuse', 'changed-here');
}

function planGone(system: System, tree: string, file: string, base: string): RefreshStep | undefined {
  // The manifest is a file anybody may have edited: it does not make a user's file ours to remove.
  if (isUserOwned(file)) return undefined;
  const here = look(system, tree, file);
  if (here === 'missing') return undefined;
  return {
    kind: typeof here !== 'string' && sha256(here) === base ? 'drop' : 'leave',
    path: file,
    file: undefined,
    base,
  };
}

function decide(step: RefreshStep, choice: Choice): RefreshStep {
  if (step.kind !== 'refuse' || choice === undefined || step.reason === 'no-plain-file') return step;
  return { ...step, kind: choice === 'keep' ? 'keep' : 'overwrite' };
}

/** What the manifest shall say: a refused file keeps its old base, so that the next refresh compares with the same. */
function nextManifest(source: SeedPackage, seed: readonly SeedFile[], steps: readonly RefreshStep[]): SeedManifest {
  const refused = new Map(steps.filter(({ kind }) => kind === 'refuse').map((step) => [step.path, step.base]));
  const files: Record<string, string> = {};
  for (const file of seed) {
    const hash = refused.has(file.path) ? refused.get(file.path) : sha256(file.data);
    if (hash !== undefined) files[file.path] = hash;
  }
  return { _v: 1, version: source.version, files };
}

function isOlder(a: string, b: string): boolean {
  const parts = (version: string): number[] => (version.split('-')[0] ?? '').split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at !== -1 && (left[at] ?? 0) < (right[at] ?? 0);
}

/**
 * What would bring the seed of a tree up to the package's. Pure but for reading. Throws `usage` for a folder that is no
 * finished tree, and `refused` when the package is older than the tree and `force` was not chosen.
 */
export function planRefresh(system: System, source: SeedPackage, tree: string, choice?: Choice): RefreshPlan {
  if (fs.existsSync(path.join(tree, unfinishedMark))) {
    throw new SnappyError('usage', `an init of ${tree} has not come to its end`, {
      hint: `finish it first: snappy init ${tree}`,
    });
  }
  const { manifest, fault } = readManifest(system, tree);
  if (manifest !== undefined && choice !== 'force' && isOlder(source.version, manifest.version)) {
    throw new SnappyError(
      'refused',
      `the tree was laid by snappy-os ${manifest.version}, and this is the older ${source.version}`,
      {
        hint: 'run: npx snappy-os@latest init --refresh-seed   (--force goes back to the older one)',
      },
    );
  }
  const seed = readSeed(source).filter((file) => !file.starter);
  const known = manifest?.files ?? {};
  const paths = new Set(seed.map((file) => file.path));
  const steps = [
    ...seed.map((file) => planFile(system, tree, file, known[file.path])),
    ...Object.entries(known).flatMap(([file, base]) => (paths.has(file) ? [] : [planGone(system, tree, file, base)])),
  ].flatMap((step) => (step === undefined ? [] : [decide(step, choice)]));
  return {
    tree,
    from: manifest?.version,
    to: source.version,
    fault,
    steps: steps.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    manifest: nextManifest(source, seed, steps),
  };
}

/** A name beside a file that is free: `x.bak`, `x.2.bak` and so on. */
function backupName(file: string): string {
  for (let count = 1; ; count++) {
    const name = `${file}${count === 1 ? '' : `.${count}`}.bak`;
    if (fs.lstatSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}

function applyStep(system: System, tree: string, { kind, path: file, file: seed, base }: RefreshStep): void {
  const target = path.join(tree, file);
  if ((kind === 'renew' || kind === 'drop') && sha256(system.read(target) ?? '') !== base) {
    throw new SnappyError('failure', `${target} was changed by somebody else since the plan was made`, {
      hint: 'run the same command again for a new plan',
    });
  }
  if (kind === 'overwrite') system.write(backupName(target), system.read(target) ?? '');
  if (kind === 'drop') {
    system.remove(target);
    for (let dir = path.dirname(target); dir !== tree; dir = path.dirname(dir)) system.rmdir(dir);
  }
  if (seed !== undefined && (kind === 'renew' || kind === 'lay' || kind === 'overwrite'))
    system.write(target, seed.data, seed.mode);
}

/**
 * Carries a plan out. Each file is replaced in one step and the manifest comes last, so that a refresh that was killed
 * is simply run again. Then the hook's index and the index page follow.
 */
export function applyRefresh(system: System, plan: RefreshPlan): void {
  try {
    for (const step of plan.steps) applyStep(system, plan.tree, step);
    system.write(path.join(plan.tree, layout.manifest), formatManifest(plan.manifest));
    compileIndex(plan.tree, { ifStale: true });
    updateIndexPage(system, plan.tree);
  } catch (cause) {
    throw explainDiskError(cause, 'when that is repaired, run the same command again');
  }
}
