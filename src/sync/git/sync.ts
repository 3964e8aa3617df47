import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { withLock } from '../../core/lock.ts';
import { ensureMachineId } from '../../core/machine-id.ts';
import type { System } from '../../core/system.ts';
import { drain } from '../../loop/briefs/drain.ts';
import { acceptSeen } from '../../loop/edits/accept.ts';
import { noticeEdits } from '../../loop/edits/notice.ts';
import { drainQueue } from '../../loop/edits/queue.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { advance, refuseLocal, resume } from './advance.ts';
import type { OnFiles } from './advance.ts';
import type { Differences } from './entries.ts';
import { incomingLines } from './incoming-lines.ts';
import type { IncomingSkill } from './incoming-lines.ts';
import { fetchBranch, pushCommit } from './network.ts';
import { skillOf } from '../files/own-paths.ts';
import { commitDraft, draftCommit, isEmpty, makeCommit } from './own-commit.ts';
import type { CommitDraft } from './own-commit.ts';
import { headOf, openRepository } from './repository.ts';
import type { Repository } from './repository.ts';
import { holdAgainst } from './round.ts';
import type { Round } from './round.ts';
import { refusePushedSecrets, refuseSecrets } from './secrets.ts';
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
  return [...changes].map(([file, { before, after }]) => ({
    path: file,
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

/** What is here, held against what was fetched. */
interface Look {
  readonly draft: CommitDraft;
  readonly round: Round;
  readonly report: SyncReport;
}

async function look(repository: Repository, theirs: string | undefined): Promise<Look> {
  const draft = draftCommit(repository);
  const { head, tree } = draft;
  const unread = new Set(await refuseSecrets(repository, draft.changes));
  const round = holdAgainst(repository, { head, ours: tree, isNew: !isEmpty(draft) }, theirs);
  for (const file of await refusePushedSecrets(repository, head, theirs)) unread.add(file);
  const notes = [...unread].map((file) => `${file} is too large to be looked through for credentials`);
  return { draft, round, report: { ...reportOf(repository, draft, round), notes } };
}

/**
 * What `applySync` would do now. Asks the remote, and changes nothing but what git keeps of it. Throws as `applySync`.
 */
export async function planSync(tree: string, remote?: string): Promise<SyncReport> {
  const repository = openRepository(tree, remote);
  return (await look(repository, await fetchBranch(repository))).report;
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

/** What a round has done, and the commit that is then to be pushed, if any. */
interface Applied {
  readonly report: SyncReport;
  readonly push: string | undefined;
}

/** What a round does here, with what was fetched: commits, merges and brings the files forward. Lock held. */
async function applyRound(system: System, fetched: Repository, theirs: string | undefined): Promise<Applied> {
  const { tree } = fetched;
  // While the remote was asked, a person may have gone on at the tree.
  const repository = openRepository(tree, fetched.remote);
  if (repository.branch !== fetched.branch || repository.remoteBranch !== fetched.remoteBranch) {
    throw new SnappyError('refused', `another branch was checked out in ${tree} while the remote was asked`, {
      hint: 'nothing was changed; run this again',
    });
  }
  const onFiles: OnFiles = (changes) => acceptSeen(system, tree, touchedSkills(changes));
  sweepLeftovers(repository);
  resume(system, repository, headOf(repository), onFiles);
  await noticeEdits(system, tree, { runtime: 'none', session: '', how: 'found' }, new Date());
  drainQueue(system, tree);
  const { draft, round, report } = await look(repository, theirs);
  const head = isEmpty(draft)
    ? draft.head
    : commitDraft(repository, draft, messageOf(draft, ensureMachineId(system, tree)));
  const { merge, relation } = round;
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
    await withRegenLock(tree, () => drain(system, tree, { now: new Date() }));
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
    commit: [...first.commit, ...second.commit.filter((one) => !first.commit.some((other) => other.path === one.path))],
    pulled: first.pulled + second.pulled,
    skills: [...first.skills, ...second.skills],
    others: union(first.others, second.others),
    merged: union(first.merged, second.merged),
    conflicts: union(first.conflicts, second.conflicts),
    notes: union(first.notes, second.notes),
  };
}

/** How long one waits for another sync of the tree, which may wait for the remote, in milliseconds. */
const otherSyncMs = 300_000;

/**
 * Brings the tree and the branch of its remote together: fetches, notes edits, commits the tree's own paths, merges, brings
 * the files forward and pushes; where another machine was quicker, again. Killed anywhere, nothing is lost and the next sync
 * ends it. Takes the lock of the loop, but not while the remote is asked: hooks wait for that lock.
 *
 * Throws `failure` where git or the remote fail, and `refused` on a credential in what would be committed or pushed, on files
 * of the remote that must not be written here, and where a person's uncommitted work is in the way.
 */
export async function applySync(system: System, tree: string, remote?: string): Promise<SyncReport> {
  const { gitDir } = openRepository(tree, remote);
  return withLock(path.join(gitDir, 'snappy-sync.lock'), { waitMs: otherSyncMs }, () => goOn(system, tree, remote));
}

async function goOn(system: System, tree: string, remote: string | undefined): Promise<SyncReport> {
  let report: SyncReport | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const repository = openRepository(tree, remote);
    const theirs = await fetchBranch(repository);
    let push: string | undefined;
    try {
      const round = await withRegenLock(tree, () => applyRound(system, repository, theirs));
      report = joinReports(report, round.report);
      push = round.push;
    } catch (cause) {
      if (!(cause instanceof ChangedMeanwhile)) throw cause;
      // Somebody who writes all the time, or a file that is not committed here: a link that leads elsewhere, one that git ignores.
      if (attempt >= patience) refuseLocal(repository, cause.files);
      continue;
    }
    if (push === undefined || (await pushCommit(repository, push))) {
      return { ...report, notes: [...report.notes, ...(await drainAfter(system, tree))] };
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
