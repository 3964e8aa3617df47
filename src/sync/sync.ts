import { SnappyError } from '../core/errors.ts';
import { ensureMachineId } from '../core/machine-id.ts';
import type { System } from '../core/system.ts';
import { drain } from '../loop/briefs/drain.ts';
import { acceptSeen } from '../loop/edits/accept.ts';
import { noticeEdits } from '../loop/edits/notice.ts';
import { drainQueue } from '../loop/edits/queue.ts';
import { advance, refuseLocal, resume } from './advance.ts';
import type { OnFiles } from './advance.ts';
import type { Differences } from './entries.ts';
import { incomingLines } from './incoming-lines.ts';
import type { IncomingSkill } from './incoming-lines.ts';
import { fetchBranch, pushCommit } from './network.ts';
import { isOwnPath, skillOf } from './own-paths.ts';
import { commitDraft, draftCommit, isEmpty, makeCommit } from './own-commit.ts';
import type { CommitDraft } from './own-commit.ts';
import { headOf, openRepository } from './repository.ts';
import type { Repository } from './repository.ts';
import { holdAgainst } from './round.ts';
import type { Round } from './round.ts';
import { refuseSecrets } from './secrets.ts';
import { ChangedMeanwhile } from './standing.ts';
import { sweepLeftovers } from './temporary-index.ts';

/** How often another machine may be quicker before this one gives up. */
const attempts = 8;
/** How often files may have changed between two looks at them. */
const patience = 2;

/** What a sync would do, or has done. Paths are relative to the tree. */
export interface SyncReport {
  readonly branch: string;
  readonly remote: string;
  readonly url: string;
  readonly relation: Round['relation'];
  /** Files of the tree's own that are committed. */
  readonly commit: readonly { readonly path: string; readonly change: 'new' | 'changed' | 'gone' }[];
  readonly leftOut: CommitDraft['leftOut'];
  /** Commits of others that come in, and what they change. */
  readonly pulled: number;
  readonly skills: readonly IncomingSkill[];
  /** Files that come in and are no skill. */
  readonly others: readonly string[];
  readonly merged: readonly string[];
  /** Files of which something lost, and is kept under `state/regen/conflicts`. */
  readonly conflicts: readonly string[];
  /** Commits that go to the remote. */
  readonly pushed: number;
  /** What did not go well after all was synced. */
  readonly notes: readonly string[];
}

function describeCommit(changes: Differences): SyncReport['commit'] {
  return [...changes].map(([path, { before, after }]) => ({
    path,
    change: before === undefined ? 'new' : after === undefined ? 'gone' : 'changed',
  }));
}

function reportOf(repository: Repository, draft: CommitDraft, round: Round): SyncReport {
  const { branch, remote, url } = repository;
  const { theirs, base, relation, behind, ahead, incoming, merge } = round;
  const commits = ahead + (isEmpty(draft) ? 0 : 1);
  return {
    branch,
    remote,
    url,
    relation,
    commit: describeCommit(draft.changes),
    leftOut: draft.leftOut,
    pulled: behind,
    skills: base === undefined || theirs === undefined ? [] : incomingLines(repository, base, theirs),
    others: [...incoming.keys()].filter((file) => skillOf(file) === undefined),
    merged: merge?.merged ?? [],
    conflicts: merge?.conflicts ?? [],
    notes: [],
    pushed: relation === 'behind' || relation === 'same' ? 0 : commits + (merge === undefined ? 0 : 1),
  };
}

async function look(repository: Repository): Promise<{ draft: CommitDraft; round: Round }> {
  const draft = draftCommit(repository);
  await refuseSecrets(repository, draft.changes);
  const theirs = await fetchBranch(repository);
  const { head, tree } = draft;
  return { draft, round: holdAgainst(repository, { head, ours: tree, isNew: !isEmpty(draft) }, theirs) };
}

/**
 * What `applySync` would do now. Asks the remote, and changes nothing but what git keeps of it. Throws as `applySync`.
 */
export async function planSync(tree: string, remote?: string): Promise<SyncReport> {
  const repository = openRepository(tree, remote);
  const { draft, round } = await look(repository);
  return reportOf(repository, draft, round);
}

/** The skills that a change of files touches. */
function touchedSkills(changes: Differences): string[] {
  return [...new Set([...changes.keys()].flatMap((file) => skillOf(file) ?? []))];
}

function messageOf(draft: CommitDraft, machineId: string): string {
  const skills = touchedSkills(draft.changes);
  const what = skills.length === 0 ? 'logs and settings' : skills.slice(0, 5).join(', ');
  return `Sync ${what}${skills.length > 5 ? ` and ${skills.length - 5} more` : ''}\n\nFrom the machine ${machineId}.\n`;
}

/** One round: commits, merges and brings the files forward; the commit that is then to be pushed, if any. */
async function applyRound(
  system: System,
  repository: Repository,
  onFiles: OnFiles,
): Promise<{ report: SyncReport; push: string | undefined }> {
  const { tree } = repository;
  await noticeEdits(system, tree, { runtime: 'none', session: '', how: 'found' }, new Date());
  drainQueue(system, tree);
  const { draft, round } = await look(repository);
  const report = reportOf(repository, draft, round);
  const head = isEmpty(draft)
    ? draft.head
    : commitDraft(repository, draft, messageOf(draft, ensureMachineId(system, tree)));
  const { theirs, merge, relation } = round;
  if (relation === 'same') return { report, push: undefined };
  if (theirs === undefined || relation === 'ahead') return { report, push: head };
  if (merge === undefined) {
    advance(system, repository, { from: head, to: theirs }, onFiles);
    return { report, push: undefined };
  }
  const message = `Merge what other machines have learned\n\n${repository.remote}/${repository.remoteBranch} and ${repository.branch}.\n`;
  const commit = makeCommit(repository, merge.tree, [head, theirs], message);
  advance(system, repository, { from: head, to: commit }, onFiles);
  return { report, push: commit };
}

/** What came in may be due a brief. That it cannot be written now is no fault of the sync: the next drain does it. */
async function drainAfter(system: System, tree: string): Promise<string[]> {
  try {
    await drain(system, tree, { now: new Date() });
    return [];
  } catch (cause) {
    if (cause instanceof SnappyError) return [`the briefs are not up to date: ${cause.message}`];
    throw cause;
  }
}

/** Two rounds as one: what came in the first and what came in the second. */
function joinReports(first: SyncReport | undefined, second: SyncReport): SyncReport {
  if (first === undefined) return second;
  const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];
  return {
    ...second,
    commit: [...first.commit, ...second.commit.filter(({ path }) => !first.commit.some((one) => one.path === path))],
    pulled: first.pulled + second.pulled,
    skills: [...first.skills, ...second.skills],
    others: union(first.others, second.others),
    merged: union(first.merged, second.merged),
    conflicts: union(first.conflicts, second.conflicts),
  };
}

/**
 * Brings the tree and the branch of its remote together: notes edits, commits the tree's own paths, fetches, merges, brings
 * the files forward and pushes; where another machine was quicker, again. Killed anywhere, nothing is lost and the next sync
 * ends it. Lock held.
 *
 * Throws `failure` where git or the remote fail, and `refused` on a credential in what would be committed, on files of the
 * remote that must not be written here, and where a person's uncommitted work is in the way.
 */
export async function applySync(system: System, tree: string, remote?: string): Promise<SyncReport> {
  const repository = openRepository(tree, remote);
  const onFiles: OnFiles = (changes) => acceptSeen(system, tree, touchedSkills(changes));
  sweepLeftovers(repository);
  resume(system, repository, headOf(repository), onFiles);
  let report: SyncReport | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    let push: string | undefined;
    try {
      const round = await applyRound(system, repository, onFiles);
      report = joinReports(report, round.report);
      push = round.push;
    } catch (cause) {
      if (!(cause instanceof ChangedMeanwhile)) throw cause;
      // Somebody who writes all the time, or a file that is not committed here: a link that leads elsewhere, one that git ignores.
      if (attempt >= patience) refuseLocal(repository, cause.files);
      continue;
    }
    if (push === undefined || (await pushCommit(repository, push))) {
      return { ...report, notes: await drainAfter(system, tree) };
    }
  }
  throw new SnappyError(
    'failure',
    `other machines were quicker ${attempts} times; everything is committed here, and not pushed`,
    {
      hint: 'run this again in a moment',
    },
  );
}

/** Whether a file that comes in is part of the machinery and runs here. */
export function isProgram(file: string): boolean {
  return !isOwnPath(file) && /^(?:bin|state\/(?:bin|hooks|lib|lint))\//.test(file);
}
