import { isProgram } from '../files/own-paths.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import { byPrecedence } from '../wire/names.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { inScope, isSetting, judgePath } from '../wire/rules.ts';
import type { CompiledRules } from '../wire/rules.ts';
import type { Known, KnownTier, TakenFile } from './known.ts';
import type { TierChange, TierNews } from './plan-pull.ts';
import type { VerifiedTier } from './pull-verify.ts';
import { readLaidFiles } from './tree-rules.ts';

/** A tier of an answer, held against what was taken in of it here. */
export interface News extends TierNews {
  /** What is not taken in now, with what was taken in before: out of scope, or kept out by the rules of this tree. */
  readonly behind: ReadonlyMap<string, TakenFile | undefined>;
  /** Of those: what the rules keep out, and why. */
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
}

/** What of the world is asked for. */
export interface Selection {
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  readonly rules: CompiledRules;
  /** Whether nobody was shown what comes: then what runs here comes from the tenant's own alone. */
  readonly isUnseen?: boolean | undefined;
}

/** Above so many files that were left for later, the whole tier is asked for rather than each of them. */
const manyBehind = 64;

/** What a pull says it knows: the revision of each tier, without those of which much is to be fetched that is not new. */
export function sinceOf(known: Known | undefined, { repo, scope }: Pick<Selection, 'repo' | 'scope'>): string {
  const parts = [...(known?.tiers ?? [])].flatMap(([tier, { rev, behind }]) => {
    const wanted = [...behind.keys()].filter((file) => inScope(file, scope, repo)).length;
    return wanted > manyBehind ? [] : [`${tier}:${rev}`];
  });
  return parts.length === 0 ? '0' : parts.join(',');
}

/** What a tier had of a path when it was last taken in here. */
function baseOf(known: KnownTier | undefined, file: string): ManifestFile | undefined {
  return known?.behind.has(file) === true ? known.behind.get(file) : known?.files.get(file);
}

/** The same with the revision it was taken in with, to be remembered beyond that. */
export function takenOf(known: KnownTier | undefined, file: string): TakenFile | undefined {
  if (known?.behind.has(file) === true) return known.behind.get(file);
  const base = known?.files.get(file);
  return known === undefined || base === undefined ? undefined : { ...base, rev: known.rev };
}

function isSame({ base, theirs }: TierChange): boolean {
  return base?.sha256 === theirs?.sha256 && base?.exec === theirs?.exec;
}

/** Why what a tier has of a path is not taken in; `undefined` where it is. */
function whyNotTaken(tier: Tier, file: string, { repo, rules, isUnseen }: Selection): string | undefined {
  if (tier !== 'private' && isSetting(file, repo))
    return `settings are taken from your own tenant alone, not from ${tier}`;
  if (tier !== 'private' && repo === 'os' && isUnseen === true && isProgram(file))
    return `it is a program of ${tier}, which would run here: snappy pull shows it, and brings it in`;
  const verdict = judgePath(rules, file);
  return verdict.verdict === 'carry' ? undefined : verdict.why;
}

/** What is new in a tier since it was taken in here. */
export function newsOf(
  { tier, files, touched }: VerifiedTier,
  known: KnownTier | undefined,
  selection: Selection,
): News {
  const changes = new Map<string, TierChange>();
  const behind = new Map<string, TakenFile | undefined>();
  const leftOut: { path: string; why: string }[] = [];
  for (const file of new Set([...touched, ...(known?.behind.keys() ?? [])])) {
    const change = { base: baseOf(known, file), theirs: files.get(file) };
    if (isSame(change)) continue;
    if (!inScope(file, selection.scope, selection.repo)) {
      behind.set(file, takenOf(known, file));
      continue;
    }
    const why = whyNotTaken(tier, file, selection);
    if (why === undefined) changes.set(file, change);
    else {
      behind.set(file, takenOf(known, file));
      leftOut.push({ path: file, why });
    }
  }
  return { tier, files, changes, behind, leftOut };
}

/**
 * What a file here came from, where a tier has no base of its own for it: the tier that counts first and had it, else the
 * seed. So a file that nobody has changed gives way to a new one.
 */
export function originsOf(known: Known | undefined, root: string): (file: string) => ManifestFile | undefined {
  const tiers = [...(known?.tiers ?? [])].toSorted(([a], [b]: [Tier, KnownTier]) => byPrecedence(a, b));
  let seed: Readonly<Record<string, string>> | undefined;
  return (file) => {
    for (const [, tier] of tiers) {
      const base = baseOf(tier, file);
      if (base !== undefined) return base;
    }
    seed ??= readLaidFiles(root);
    const sha256 = Object.hasOwn(seed, file) ? seed[file] : undefined;
    return sha256 === undefined ? undefined : { path: file, sha256, size: 0, exec: false };
  };
}
