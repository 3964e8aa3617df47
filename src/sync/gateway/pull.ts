import fs from 'node:fs';
import path from 'node:path';
import { listSkill } from '../../../seed/state/lib/revision.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { markArrived, readArrived } from '../../loop/edits/arrived.ts';
import { isUnchanged, readSeen } from '../../loop/edits/seen.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { skillOf } from '../files/own-paths.ts';
import type { Repo, Tier } from '../wire/names.ts';
import { inScope } from '../wire/rules.ts';
import { recordEvent } from './events.ts';
import { loadKnown, removeLeftParts, saveKnown, stampOfKnown } from './known.ts';
import type { Known, KnownTier, SeenFile, TakenFile } from './known.ts';
import type { PullItem } from './pull-items.ts';
import type { Coming } from './pull-draft.ts';
import { isAsLaid, stampOf } from './pull-local.ts';
import type { Stamp } from './pull-local.ts';
import { takenOf } from './pull-news.ts';
import { planPull } from './pull-plan.ts';
import type { PullPlan, PullRequest } from './pull-plan.ts';
import { keepTrust } from './pull-trust.ts';
import { GatewayError } from './request-problem.ts';
import { isSettled } from './scan-read.ts';
import { hasOpenSwap, resumeSwaps, runSwap } from './swap.ts';
import type { OnSwapped } from './swap.ts';
import { removeSwapJournal } from './swap-journal.ts';

export type { PullItem } from './pull-items.ts';
export { discardPull, planPull } from './pull-plan.ts';
export type { PullPlan, PullRequest } from './pull-plan.ts';

/** Where a tier stands, and where it stood when it was last taken in here. */
export interface TierMove {
  readonly tier: Tier;
  /** 0 where nothing was known of it. */
  readonly from: number;
  readonly to: number;
  readonly files: number;
}

/** What a pull has done, or would do. */
export interface PullReport {
  readonly repo: Repo;
  readonly tiers: readonly TierMove[];
  readonly items: readonly PullItem[];
  /** How many files the gateway has otherwise, beyond the scope that was asked for. */
  readonly beyond: number;
  /** What a person should know beside it. */
  readonly notes: readonly string[];
}

/** What a plan comes to, for whoever shows it. */
export function reportOf({ request, known, tiers, news, items, notes }: PullPlan): PullReport {
  const { repo, scope } = request;
  const moves = tiers.map(({ tier, head }) => ({
    tier,
    from: known?.tiers.get(tier)?.rev ?? 0,
    to: head.rev,
    files: head.files,
  }));
  const beyond = new Set(
    news.flatMap(({ behind }) => [...behind.keys()].filter((file) => !inScope(file, scope, repo))),
  );
  return { repo, tiers: moves, items, beyond: beyond.size, notes };
}

/** Whether applying a plan changes anything: a file, or what is known of the gateway. */
export function hasWork({ known, tiers, news, draft }: PullPlan): boolean {
  if (!draft.isEmpty || known === undefined || known.isOutrun === true) return true;
  const answered = new Set(tiers.map(({ tier }) => tier));
  if ([...known.tiers].some(([tier, { isLost }]) => isLost !== true && !answered.has(tier))) return true;
  return tiers.some(({ tier, head, writable }, at) => {
    const before = known.tiers.get(tier);
    const behind = news[at]?.behind.size ?? 0;
    return (
      before?.rev !== head.rev ||
      before.writable !== writable ||
      before.isLost === true ||
      before.behind.size !== behind
    );
  });
}

const nothingLost = 'nothing is lost; when that is mended, run this again: it goes on from where it is';

/** Of a tree's skills, what came from elsewhere is no edit of this machine; of one that somebody is at work on it is. */
function markSkills({ tree, repo }: Pick<PullRequest, 'tree' | 'repo'>): OnSwapped {
  return (paths, skipped) => {
    if (repo !== 'os') return;
    const edited = new Set(skipped.map(skillOf));
    const skills = new Set(paths.flatMap((file) => skillOf(file) ?? []));
    markArrived(
      tree,
      [...skills].filter((skill) => !edited.has(skill)),
    );
  };
}

/** The files of a pull have come, and what it knew is lost: until the next pull none of them is to be taken for a change. */
function markOutrun({ tree, repo, gateway }: Pick<PullRequest, 'tree' | 'repo' | 'gateway'>): void {
  const { known } = loadKnown(tree, repo, gateway);
  if (known !== undefined) saveKnown(tree, repo, { ...known, isOutrun: true });
}

/**
 * Ends what a pull that was killed has begun. Cheap where there is nothing: a push, a pull and a look at the state begin with
 * it. The lock of the gateway is held.
 */
export async function resumePull(request: Pick<PullRequest, 'tree' | 'root' | 'repo' | 'gateway'>): Promise<number> {
  const { tree, root } = request;
  removeLeftParts(tree);
  if (!hasOpenSwap(root)) return 0;
  const onSwapped: OnSwapped = (paths, skipped) => {
    markSkills(request)(paths, skipped);
    markOutrun(request);
  };
  try {
    return await withRegenLock(tree, () => resumeSwaps(root, onSwapped));
  } catch (cause) {
    throw explainDiskError(cause, nothingLost);
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

/**
 * What was edited here until now is noted as an edit of this machine, before anything comes from another. Looks at the skills
 * that the pull touches: as long as these are what was last seen of them, there is nothing to note. Lock of the loop held.
 */
async function noteOwnEdits({ tree, repo }: PullRequest, files: readonly string[]): Promise<void> {
  const skills = repo === 'os' ? new Set(files.flatMap((file) => skillOf(file) ?? [])) : new Set<string>();
  if (skills.size === 0) return;
  const arrived = readArrived(tree);
  const { seen } = readSeen(tree);
  // Thousands of new ones are not looked for one by one.
  const here = new Set(namesIn(path.join(tree, layout.skills)));
  const isEdited = (skill: string): boolean => {
    const isHere = [skill, `${skill}.md`, `${skill}.agents.md`].some((name) => here.has(name));
    const listing = !isHere || arrived.has(skill) ? undefined : listSkill(tree, skill);
    return listing !== undefined && !isUnchanged(seen.skills.get(skill), listing, Date.now());
  };
  const system = realSystem();
  if (seen.pending.length > 0 || [...skills].some(isEdited)) {
    const { noticeEdits } = await import('../../loop/edits/notice.ts');
    await noticeEdits(system, tree, { runtime: 'none', session: '', how: 'found' }, new Date());
  }
  const { drainQueue } = await import('../../loop/edits/queue.ts');
  drainQueue(system, tree);
}

/** What is left for the next pull, by tier, with what was taken in before. */
function behindOf(
  { news, known }: PullPlan,
  waiting: ReadonlySet<string>,
): ReadonlyMap<string, TakenFile | undefined>[] {
  return news.map(({ tier, behind, changes }) => {
    const all = new Map(behind);
    for (const file of changes.keys()) if (waiting.has(file)) all.set(file, takenOf(known?.tiers.get(tier), file));
    return all;
  });
}

/** How the files look that were laid, so that the next look does not read them again; what was edited since is to be read. */
function seenAfter(plan: PullPlan, waiting: ReadonlySet<string>): Map<string, SeenFile> {
  const { known, draft, decisions, request } = plan;
  // What was looked at too soon after it was changed is to be read again, whenever that look is said to have been.
  const seen = new Map([...(known?.seen ?? [])].filter(([, file]) => isSettled(file, known?.written ?? 0)));
  for (const [file, { act }] of decisions) if (act === 'delete' && !waiting.has(file)) seen.delete(file);
  for (const [file, coming] of draft.comes) {
    const stamp = waiting.has(file) ? undefined : stampAfter(path.join(request.root, file), coming);
    if (stamp === undefined) seen.delete(file);
    else seen.set(file, { ...stamp, exec: coming.exec, sha256: coming.is });
  }
  return seen;
}

/** How a file looks that was laid; `undefined` where it is another one by now. */
function stampAfter(full: string, { laid, newFolder }: Coming): Stamp | undefined {
  // The folder was moved, the file was not: it looks as it was laid, or else the next look finds another one and reads it.
  if (newFolder !== undefined) return laid;
  const stat = fs.lstatSync(full, { throwIfNoEntry: false });
  const stamp = stat === undefined ? undefined : stampOf(stat);
  return stamp !== undefined && isAsLaid(laid, stamp) ? stamp : undefined;
}

/** What is known once the plan was carried out, but for the paths that wait. */
function knownAfter(plan: PullPlan, waiting: ReadonlySet<string>): Known {
  const { request, known, tenant } = plan;
  const written = Date.now();
  const behind = behindOf(plan, waiting);
  const tiers = new Map<Tier, KnownTier>();
  for (const [at, { tier, head, writable, files }] of plan.tiers.entries())
    tiers.set(tier, { rev: head.rev, digest: head.digest, writable, files, behind: behind[at] ?? new Map() });
  // What this key may no longer read is remembered, so that what is here of it is not taken for something new.
  for (const [tier, before] of known?.tiers ?? [])
    if (!tiers.has(tier)) tiers.set(tier, { ...before, writable: false, isLost: true });
  return { url: request.gateway.url, tenant, tiers, seen: seenAfter(plan, waiting), written };
}

/** Throws where another run has pushed or pulled since the plan was made. */
function confirmKnown({ request, knownStamp }: PullPlan): void {
  if (stampOfKnown(request.tree, request.repo) === knownStamp) return;
  throw new SnappyError('failure', 'another push or pull of this tree has come in between', {
    hint: 'nothing was changed; run this again for a new plan',
  });
}

/**
 * Carries a plan out: all that was laid aside takes its place, or after a kill the next run ends it. What somebody has edited
 * since the plan was made stays as it is, and is merged by a second round. The lock of the gateway is held; takes that of the
 * loop. Gives what was done, and the paths that wait. Throws `failure` where the disk fails.
 */
export async function applyPull(
  plan: PullPlan,
): Promise<{ readonly report: PullReport; readonly waiting: readonly string[] }> {
  const { request, draft, staging, items, decisions } = plan;
  const { tree, root } = request;
  let skipped: readonly string[] = [];
  try {
    confirmKnown(plan);
    keepTrust(tree, plan.found);
    if (!draft.isEmpty) {
      skipped = await withRegenLock(tree, async () => {
        resumeSwaps(root, markSkills(request));
        const touched = [...decisions].flatMap(([file, { act }]) => (act === 'behind' ? [] : [file]));
        await noteOwnEdits(request, touched);
        const given = { steps: draft.steps(), stamps: draft.stamps() };
        return runSwap(root, staging.folder, given, markSkills(request));
      });
    }
    const waits = [...decisions].flatMap(([file, { act }]) => (act === 'behind' ? [file] : []));
    saveKnown(tree, request.repo, knownAfter(plan, new Set([...waits, ...skipped])));
    removeSwapJournal(staging.folder);
    staging.discard();
  } catch (cause) {
    throw explainDiskError(cause, nothingLost);
  }
  const report = reportOf(plan);
  const done = { ...report, items: items.filter(({ path: file }) => !skipped.includes(file)) };
  if (!draft.isEmpty) recordPull(request, done);
  return { report: done, waiting: skipped };
}

function recordPull({ tree, repo, scope }: PullRequest, { items, tiers }: PullReport): void {
  const comes = items.filter(({ change }) => change !== 'kept' && change !== 'waits');
  const bytes = comes.reduce((sum, { size }) => sum + size, 0);
  const rev = Math.max(0, ...tiers.map(({ to }) => to));
  const revisions = Object.fromEntries(tiers.map(({ tier, to }) => [tier, to]));
  recordEvent(tree, { op: 'pull', repo, scope, files: comes.length, bytes, rev, ok: true, tiers: revisions });
}

/** What a gateway has refused, or could not do, has its row too; who it does not know, or cannot reach, has asked nothing. */
function recordRefused({ tree, repo, scope }: PullRequest, cause: unknown): void {
  if (!(cause instanceof GatewayError) || cause.status === 401) return;
  recordEvent(tree, { op: 'pull', repo, scope, files: 0, bytes: 0, rev: 0, ok: false });
}

/** How often somebody may save a file while a pull is at it before it is left for the next one. */
const rounds = 4;

/** Two rounds as one: what came in the first and what came in the second. */
function joinReports(first: PullReport | undefined, second: PullReport): PullReport {
  if (first === undefined) return second;
  const later = new Set(second.items.map(({ path: file }) => file));
  const tiers = second.tiers.map((move) => ({
    ...move,
    from: first.tiers.find(({ tier }) => tier === move.tier)?.from ?? move.from,
  }));
  return {
    ...second,
    tiers,
    items: [...first.items.filter(({ path: file }) => !later.has(file)), ...second.items],
    notes: [...new Set([...first.notes, ...second.notes])],
  };
}

/** Applies a plan, and merges in further rounds what somebody has edited meanwhile. The lock of the gateway is held. */
export async function finishPull(plan: PullPlan): Promise<PullReport> {
  let { report, waiting } = await applyPull(plan);
  for (let round = 1; waiting.length > 0 && round < rounds; round += 1) {
    const next = await applyPull(await planPull(plan.request));
    report = joinReports(report, next.report);
    ({ waiting } = next);
  }
  const notes = waiting.map((file) => `${file} is being written to: the next pull merges it`);
  return { ...report, notes: [...report.notes, ...notes] };
}

/**
 * Pulls, whatever comes: for a push that has found a newer revision, for one who joins, and for `pull --apply`. Ends what a
 * killed run has begun first. The lock of the gateway is held. Throws as `planPull` and `applyPull`.
 */
export async function pullRepo(request: PullRequest): Promise<PullReport> {
  await resumePull(request);
  try {
    const plan = await planPull(request, {
      // Of two versions of a line the newer one stays: so it must be known when this machine's was written.
      beforeMerge: (files) => withRegenLock(request.tree, () => noteOwnEdits(request, files)),
    });
    if (hasWork(plan)) return await finishPull(plan);
    keepTrust(request.tree, plan.found);
    plan.staging.discard();
    return reportOf(plan);
  } catch (cause) {
    recordRefused(request, cause);
    throw cause;
  }
}
