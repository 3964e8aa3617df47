import { explainDiskError } from '../../core/disk-error.ts';
import type { ManifestFile } from '../wire/manifest.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { compileRules } from '../wire/rules.ts';
import type { ReadSeed } from './base-content.ts';
import type { Gateway } from './connection.ts';
import { openPull } from './fetch-pull.ts';
import type { OpenPull } from './fetch-pull.ts';
import type { WantedFile } from './fetch-pull-wanted.ts';
import { loadKnown, stampOfKnown } from './known.ts';
import type { Known } from './known.ts';
import { decidePaths } from './plan-pull.ts';
import type { Decision, MergeStep } from './plan-pull.ts';
import { Draft } from './pull-draft.ts';
import { itemsOf } from './pull-items.ts';
import type { PullItem } from './pull-items.ts';
import { LocalTree } from './pull-local.ts';
import { newsOf, originsOf, sinceOf } from './pull-news.ts';
import type { News } from './pull-news.ts';
import { findTrust } from './pull-trust.ts';
import type { FoundTrust } from './pull-trust.ts';
import { verifyDocument } from './pull-verify.ts';
import type { VerifiedTier } from './pull-verify.ts';
import { Staging } from './staging.ts';
import { readTreeRules } from './tree-rules.ts';

/** What is pulled, and to where. */
export interface PullRequest {
  readonly tree: string;
  /** The folder of the repo: the tree, or that of the kernel. */
  readonly root: string;
  readonly gateway: Gateway;
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  readonly env: NodeJS.ProcessEnv;
  /** A pull within something else: nobody is shown beforehand what comes, so no program of others does. */
  readonly isUnseen?: boolean;
  readonly readSeed?: ReadSeed | undefined;
}

/** What a pull would do. All of its content is laid aside already, and was verified: `applyPull` needs no network. */
export interface PullPlan {
  readonly request: PullRequest;
  readonly known: Known | undefined;
  /** `stampOfKnown` of it. */
  readonly knownStamp: string | undefined;
  readonly found: FoundTrust;
  readonly tenant: string;
  readonly tiers: readonly VerifiedTier[];
  readonly news: readonly News[];
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly draft: Draft;
  readonly staging: Staging;
  readonly items: readonly PullItem[];
  readonly notes: readonly string[];
}

type Put = Extract<Decision, { act: 'put' }>;

export interface PlanOptions {
  /** Called once before these are merged, for what has to be written down of this machine's edits by then. */
  readonly beforeMerge?: (files: readonly string[]) => Promise<void>;
}

/** What is wanted of the answer: what comes as it is goes to its place aside, what is to be merged is kept. */
function wantedOf(
  puts: ReadonlyMap<string, Put>,
  tiers: readonly VerifiedTier[],
  { draft, staging }: Pick<PullPlan, 'draft' | 'staging'>,
): WantedFile[] {
  const byTier = new Map(tiers.map((one) => [one.tier, one]));
  const wanted: WantedFile[] = [];
  const want = (tier: Tier, theirs: ManifestFile, take: (bytes: Buffer) => void): void => {
    const answered = byTier.get(tier);
    // What was left for later is in no frame of this answer: it is asked for by its sha256.
    const file = answered?.pulled.get(theirs.path) ?? { ...theirs };
    wanted.push({ tier, rev: answered?.head.rev ?? 0, file, take });
  };
  for (const [file, { here, start, merges, exec }] of puts) {
    const keep = ({ tier, theirs }: MergeStep): void =>
      want(tier, theirs, (bytes) => staging.keep(theirs.sha256, bytes));
    if (start !== 'here') {
      const { tier, theirs } = start;
      if (merges.length > 0) keep(start);
      else want(tier, theirs, (bytes) => draft.put(file, bytes, { here, exec, is: theirs.sha256 }));
    }
    for (const step of merges) keep(step);
  }
  return wanted;
}

function putsOf(decisions: ReadonlyMap<string, Decision>): Map<string, Put> {
  const puts = new Map<string, Put>();
  for (const [file, decision] of decisions) if (decision.act === 'put') puts.set(file, decision);
  return puts;
}

function notesOf(known: Known | undefined, tiers: readonly VerifiedTier[], news: readonly News[]): string[] {
  const readable = new Set(tiers.map(({ tier }) => tier));
  const lost = [...(known?.tiers.keys() ?? [])].filter((tier) => !readable.has(tier));
  const leftOut = news.flatMap((one) => one.leftOut);
  return [
    ...lost.map((tier) => `${tier} can no longer be read with this key: what came from it stays here as it is`),
    ...leftOut.map(({ path: file, why }) => `${file} stays out: ${why}`),
  ];
}

/** Fills the draft: what comes from the answer, what goes, and what is merged. */
async function fill(
  plan: Omit<PullPlan, 'items' | 'notes'>,
  local: LocalTree,
  answer: OpenPull,
  { beforeMerge }: PlanOptions,
): Promise<{ readonly decisions: ReadonlyMap<string, Decision>; readonly conflicts: ReadonlySet<string> }> {
  const { request, known, draft, staging, tiers } = plan;
  const decisions = new Map(plan.decisions);
  const puts = putsOf(decisions);
  await answer.take(wantedOf(puts, tiers, plan));
  for (const [file, decision] of decisions) if (decision.act === 'delete') draft.delete(file, decision.here);
  const merges = new Map([...puts].filter(([, put]) => put.merges.length > 0));
  if (merges.size === 0) return { decisions, conflicts: new Set() };
  await beforeMerge?.([...merges.keys()]);
  const { mergePaths } = await import('./pull-merge.ts');
  const { tree, readSeed, gateway, repo } = request;
  const contents = { tree, readSeed, gateway, repo, known, staging };
  const merged = await mergePaths({ root: request.root, local, contents, draft }, merges);
  for (const [file, why] of merged.waiting) decisions.set(file, { act: 'behind', why });
  return { decisions, conflicts: merged.conflicts };
}

/**
 * What a pull would do now: asks the gateway what is new, holds it against the pinned key, decides about each path, and lays
 * all that comes aside, merges made. Nothing of the tree is changed. Throws as `ask`, and `refused` on whatever is not as the
 * gateway has signed it. The plan is to be applied or discarded.
 */
export async function planPull(request: PullRequest, options: PlanOptions = {}): Promise<PullPlan> {
  const { tree, root, gateway, repo, scope, isUnseen } = request;
  const found = await findTrust(tree, gateway);
  const { tenant } = found.trust;
  const knownStamp = stampOfKnown(tree, repo);
  const { known, note } = loadKnown(tree, repo, { url: gateway.url, tenant });
  const rules = compileRules(readTreeRules(tree));
  const answer = await openPull(gateway, { repo, scope, since: sinceOf(known, { repo, scope }) });
  const staging = new Staging(root);
  try {
    const tiers = verifyDocument(answer.document, { trust: found.trust, repo, known, now: Date.now() });
    const news = tiers.map((tier) => newsOf(tier, known?.tiers.get(tier.tier), { repo, scope, rules, isUnseen }));
    const local = new LocalTree(root, known?.seen ?? new Map(), known?.written ?? 0);
    const decisions = decidePaths({
      tiers: news,
      look: (file) => local.look(file),
      filesBelow: (folder) => local.filesBelow(folder),
      lockedBy: (file) => local.lockedBy(file),
      origin: originsOf(known, root),
      hasModes: process.platform !== 'win32',
    });
    const draft = new Draft(staging, local);
    const plan = { request, known, knownStamp, found, tenant, tiers, news, decisions, draft, staging };
    const filled = await fill(plan, local, answer, options);
    const items = itemsOf(filled.decisions, { tiers: news, draft, conflicts: filled.conflicts });
    const notes = [found.note, note, ...notesOf(known, tiers, news)].filter((one) => one !== undefined);
    return { ...plan, decisions: filled.decisions, items, notes };
  } catch (cause) {
    await answer.close();
    staging.discard();
    throw explainDiskError(cause, 'nothing was changed; when that is mended, run this again');
  }
}

/** Removes what a plan has laid aside: it is not applied. */
export function discardPull({ staging }: PullPlan): void {
  staging.discard();
}
