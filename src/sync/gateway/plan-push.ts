import { layout } from '../../core/paths.ts';
import { limits } from '../wire/limits.ts';
import { isMachinePath } from '../wire/machine-places.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import { byPrecedence } from '../wire/names.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { inScope, isSetting, tierOf } from '../wire/rules.ts';
import type { CompiledRules } from '../wire/rules.ts';
import { foldPath } from '../wire/safe-path.ts';
import type { Known, KnownTier, SeenFile } from './known.ts';
import type { LeftOut, RefusedPath, Scan, Scope } from './scan.ts';
import { warningOf } from './warnings.ts';
import type { Warning } from './warnings.ts';

/** What a plan is made for. */
export interface PushTerms {
  readonly repo: Repo;
  readonly scope: Scope;
  readonly rules: CompiledRules;
  readonly tiers: Known['tiers'];
  /** Where what is new goes, if not to where the rules or its older version say; by default the tenant's own. */
  readonly tier?: Tier | undefined;
  /** sha256 by path of the files that every tree is laid with: as they were laid they are not sent. */
  readonly laid: Readonly<Record<string, string>>;
  /** Whether much may be deleted at once. */
  readonly deleteMuch?: boolean;
}

/** A file that a push carries. */
export interface PlannedFile extends ManifestFile {
  readonly change: 'new' | 'changed';
}

/** What a push does to one tier. */
export interface TierPlan {
  readonly tier: Tier;
  /** The revision it is made on. */
  readonly base: number;
  readonly files: readonly PlannedFile[];
  readonly gone: readonly string[];
  /** Of the files that are gone, as the tier has them. */
  readonly goneBytes: number;
}

/** What a push would do, as data. */
export interface PushPlan {
  readonly repo: Repo;
  readonly scope: Scope;
  readonly tiers: readonly TierPlan[];
  readonly refused: readonly RefusedPath[];
  readonly leftOut: readonly LeftOut[];
  /** Changed here, and not sent, for the reason given. */
  readonly kept: readonly Warning[];
  readonly warnings: readonly Warning[];
  /** How many files are as every tree has them. */
  readonly asLaid: number;
  /** Tiers of which so much would be deleted that it is not done without being asked for, with the files they have. */
  readonly emptied: readonly { readonly tier: Tier; readonly gone: number; readonly of: number }[];
}

/** How many files here are not at the gateway and will not be, as the plan says why: refused, kept, or no files to carry. */
export function heldBack({ refused, kept, leftOut }: PushPlan): number {
  return refused.length + kept.length + leftOut.filter(({ note }) => note).length;
}

/** What becomes of a file of this machine. */
export type Decision =
  | { readonly kind: 'same' }
  | { readonly kind: 'laid' }
  | {
      readonly kind: 'send';
      readonly tier: Tier;
      readonly change: PlannedFile['change'];
      /** The tier that it is taken out of, as the rules put it elsewhere. */
      readonly from: Tier | undefined;
    }
  /** The tier that the rules put it in has it; it is taken out of the one that hides that. */
  | { readonly kind: 'remove'; readonly from: Tier }
  | { readonly kind: 'keep'; readonly why: string };

const same: Decision = { kind: 'same' };
const notTakenIn = 'the gateway has a version of it that was not taken in here: snappy pull --scope all';
const goneThere = 'it was removed at the gateway, which was not taken in here: snappy pull --scope all';
const putAside =
  'a merge has put it aside, for whoever looks after the library here: take from it what you want, and remove it';
const tooLarge = `is larger than ${limits.file / 1024 / 1024} MB`;

/** A log of this machine's own pushes and pulls: each adds a row, which is no reason for the next push. */
export const ownTraces: readonly string[] = ['state/log/sync-events.ndjson'];

/**
 * What is of a person and their machines, even where the rest is made for others: history, settings, notes. Only a rule of
 * the tree puts it anywhere else than with the tenant's own, and none does so with settings.
 */
function isPersonal(path: string): boolean {
  return path === layout.indexPage || personalPlaces.some((place) => path.startsWith(place));
}
const personalPlaces = ['state/log/', 'state/config/', `${layout.conflicts}/`];

function equals(a: ManifestFile, b: Pick<SeenFile, 'sha256' | 'exec'>): boolean {
  return a.sha256 === b.sha256 && a.exec === b.exec;
}

/** A tier in the words of a person. */
export function wordsOfTier(tier: Tier): string {
  if (tier === 'private') return 'your tenant alone';
  if (tier === 'subscriber') return "the gateway's subscribers";
  return tier === 'public' ? 'everybody' : `the team ${tier.slice('team:'.length)}`;
}

/** The tier for what nobody has said anything of: the tenant's own; of a library, which has none, the canonical. */
function defaultTier(terms: PushTerms): Tier {
  if (terms.tier !== undefined) return terms.tier;
  const isOperator = terms.tiers.get('subscriber')?.writable === true;
  return terms.repo === 'kernel' || isOperator ? 'subscriber' : 'private';
}

/** The tiers of a path, as a decision looks at them. */
interface Standing {
  /** The one that counts, of those that have it, and what it has. */
  readonly owner: Tier | undefined;
  readonly shown: ManifestFile | undefined;
  /** Where a change of it goes, and what that tier has. */
  readonly target: Tier;
  readonly there: ManifestFile | undefined;
  /** A tier that counts more than the one the rules put it in, has it too, and can be written to: left there, it would hide the other. */
  readonly hiddenBy: Tier | undefined;
}

/** What becomes of a file whose tier has something that was not taken in here: `theirs`, or its removal. */
function decideWaiting(theirs: ManifestFile | undefined, file: SeenFile): Decision {
  if (theirs === undefined) return { kind: 'keep', why: goneThere };
  return equals(theirs, file) ? same : { kind: 'keep', why: notTakenIn };
}

/** Decides file by file, so that contents can be made ready as they are read. */
export function makeDecider(terms: PushTerms): (path: string, file: SeenFile) => Decision {
  const { tiers, rules, laid } = terms;
  const ordered = [...tiers].toSorted(([a], [b]) => byPrecedence(a, b));
  const common = defaultTier(terms);
  const mayWrite = (tier: Tier): boolean => tiers.get(tier)?.writable === true;
  // Settings are neither taken from other tiers nor put there: what those have of them does not count.
  const own = ordered.filter(([tier]) => tier === 'private');
  const standingOf = (path: string, counting: typeof ordered): Standing => {
    const [owner, known] = counting.find(([, { files }]) => files.has(path)) ?? [];
    const ruled = counting === own ? undefined : tierOf(rules, path);
    // What comes from where this key may not write is one's own from the first change on: elsewhere it would stay hidden.
    const isBelow = owner !== undefined && byPrecedence(owner, common) < 0;
    const fallback = terms.repo === 'os' && isBelow ? 'private' : common;
    const usual = owner !== undefined && mayWrite(owner) ? owner : fallback;
    // Even where somebody has put theirs in a tier that others write to.
    const target = ruled ?? (terms.repo === 'os' && isPersonal(path) ? 'private' : usual);
    const hides = ruled !== undefined && owner !== undefined && mayWrite(owner) && byPrecedence(owner, ruled) < 0;
    const hidden = { hiddenBy: hides ? owner : undefined, there: tiers.get(target)?.files.get(path) };
    return { owner, shown: known?.files.get(path), target, ...hidden };
  };
  return (path, file) => {
    // In a tree they are of its tenant; a library has nobody's own.
    if (terms.repo === 'kernel' && path.startsWith(`${layout.conflicts}/`)) return { kind: 'keep', why: putAside };
    const counting = isSetting(path, terms.repo) ? own : ordered;
    const waiting = counting.find(([, { isLost, behind }]) => isLost !== true && behind.has(path))?.[1];
    if (waiting !== undefined) return decideWaiting(waiting.files.get(path), file);
    const { owner, shown, target, there, hiddenBy } = standingOf(path, counting);
    const isThere = there !== undefined && equals(there, file);
    if (isThere) return hiddenBy === undefined ? same : { kind: 'remove', from: hiddenBy };
    // What is here is what the tier that counts has; unless a rule has it elsewhere, and it can be put there.
    const isShown = shown !== undefined && equals(shown, file);
    if (isShown && (target === owner || !mayWrite(target))) return same;
    if (owner === undefined && laid[path] === file.sha256) return { kind: 'laid' };
    if (file.size > limits.file) return { kind: 'keep', why: tooLarge };
    if (!mayWrite(target)) return { kind: 'keep', why: whyNot(target, tiers.has(target)) };
    if (isShown && hiddenBy === undefined) return same;
    return { kind: 'send', tier: target, change: there === undefined ? 'new' : 'changed', from: hiddenBy };
  };
}

function whyNot(tier: Tier, isThere: boolean): string {
  const where = `it would go to ${wordsOfTier(tier)}`;
  return isThere ? `${where}, which this key may not write to` : `${where}, of which this key knows nothing`;
}

/** What stood here of a path: the version of the tier that counts first, of those that were taken in. */
function stoodHere(ordered: readonly (readonly [Tier, KnownTier])[], path: string): ManifestFile | undefined {
  return ordered.find(([, { files, behind }]) => files.has(path) && !behind.has(path))?.[1].files.get(path);
}

/** Paths that are gone here, by tier. A tier keeps them that may not be written to, or whose version never stood here. */
function goneFrom({ scope, repo, tiers }: PushTerms, missing: ReadonlySet<string>): [tier: Tier, path: string][] {
  const ordered = [...tiers].toSorted(([a], [b]) => byPrecedence(a, b));
  return [...missing].flatMap((path) => {
    if (!inScope(path, scope, repo) || isMachinePath(path)) return [];
    const stood = stoodHere(ordered, path);
    const isGone = ({ writable, files, behind }: KnownTier): boolean =>
      writable && !behind.has(path) && stood !== undefined && files.get(path)?.sha256 === stood.sha256;
    return ordered.flatMap(([tier, known]) => (isGone(known) ? [[tier, path]] : []));
  });
}

/**
 * New paths that cannot lie beside another one on every machine, by the path that is in the way. `stays` are the paths of
 * the tier after the push.
 */
function collidingPaths(fresh: readonly PlannedFile[], stays: Iterable<string>): Map<string, string> {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  const colliding = new Map<string, string>();
  const add = (path: string): string | undefined => {
    const folded = foldPath(path);
    let other = files.get(folded) ?? folders.get(folded);
    for (let end = folded.lastIndexOf('/'); end > 0; end = folded.lastIndexOf('/', end - 1))
      other ??= files.get(folded.slice(0, end));
    if (other !== undefined && other !== path) return other;
    files.set(folded, path);
    for (let end = folded.lastIndexOf('/'); end > 0; end = folded.lastIndexOf('/', end - 1)) {
      if (folders.has(folded.slice(0, end))) break;
      folders.set(folded.slice(0, end), path);
    }
    return undefined;
  };
  for (const path of stays) add(path);
  for (const { path } of fresh) {
    const other = add(path);
    if (other !== undefined) colliding.set(path, other);
  }
  return colliding;
}

interface Draft {
  readonly tier: Tier;
  readonly known: KnownTier | undefined;
  readonly files: PlannedFile[];
  readonly gone: string[];
}

/** Takes out of a draft what collides, and says so. */
function settle(draft: Draft, refused: RefusedPath[]): TierPlan {
  const { tier, known, files, gone } = draft;
  const base = known?.rev ?? 0;
  const goneBytes = gone.reduce((sum, path) => sum + (known?.files.get(path)?.size ?? 0), 0);
  const fresh = files.filter(({ change }) => change === 'new');
  if (fresh.length === 0) return { tier, base, files, gone, goneBytes };
  const leaving = new Set(gone);
  const stays = [...(known?.files.keys() ?? [])].filter((path) => !leaving.has(path));
  const colliding = collidingPaths(fresh, stays);
  for (const { path, size } of fresh) {
    const other = colliding.get(path);
    if (other !== undefined)
      refused.push({ path, size, why: `some machines take its name for that of ${other}: rename one of them` });
  }
  return { tier, base, files: files.filter(({ path }) => !colliding.has(path)), gone, goneBytes };
}

const fewDeleted = 20;

function emptiedTiers(plans: readonly TierPlan[], missing: ReadonlySet<string>, terms: PushTerms): PushPlan['emptied'] {
  const { tiers, scope, repo } = terms;
  return plans.flatMap((plan) => {
    // What moves to another tier is not deleted.
    const gone = plan.gone.filter((path) => missing.has(path)).length;
    if (gone <= fewDeleted) return [];
    const of = [...(tiers.get(plan.tier)?.files.keys() ?? [])].filter((path) => inScope(path, scope, repo)).length;
    return gone * 2 > of ? [{ tier: plan.tier, gone, of }] : [];
  });
}

function isTrace(plan: TierPlan): boolean {
  return plan.gone.length === 0 && plan.files.every(({ path }) => ownTraces.includes(path));
}

/** What a push of what is here would do. Pure. */
export function planPush(
  scan: Pick<Scan, 'files' | 'refused' | 'leftOut'>,
  missing: ReadonlySet<string>,
  terms: PushTerms,
): PushPlan {
  const decide = makeDecider(terms);
  const drafts = new Map<Tier, Draft>();
  const draftOf = (tier: Tier): Draft => {
    const draft = drafts.get(tier) ?? { tier, known: terms.tiers.get(tier), files: [], gone: [] };
    drafts.set(tier, draft);
    return draft;
  };
  const kept: Warning[] = [];
  let asLaid = 0;
  for (const [path, file] of scan.files) {
    const decision = decide(path, file);
    if (decision.kind === 'laid') asLaid += 1;
    else if (decision.kind === 'keep') kept.push({ path, why: decision.why });
    else if (decision.kind === 'remove') draftOf(decision.from).gone.push(path);
    else if (decision.kind === 'send') {
      const { sha256, size, exec } = file;
      draftOf(decision.tier).files.push({ path, sha256, size, exec, change: decision.change });
      if (decision.from !== undefined) draftOf(decision.from).gone.push(path);
    }
  }
  for (const [tier, path] of goneFrom(terms, missing)) draftOf(tier).gone.push(path);
  const refused = [...scan.refused];
  const plans = [...drafts.values()]
    .map((draft) => settle(draft, refused))
    .filter(({ files, gone }) => files.length + gone.length > 0);
  // First what is added: a file that moves from one tier to another is at no time in neither.
  const tiers = plans.every(isTrace) ? [] : plans.toSorted((a, b) => byPrecedence(b.tier, a.tier));
  const warnings = tiers.flatMap(({ files }) => files.flatMap(({ path, size }) => warningOf(path, size) ?? []));
  const emptied = terms.deleteMuch === true ? [] : emptiedTiers(tiers, missing, terms);
  const { repo, scope } = terms;
  return { repo, scope, tiers, refused, leftOut: scan.leftOut, kept, warnings, asLaid, emptied };
}
