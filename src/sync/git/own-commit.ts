import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { fallbackAuthor, git, quiet } from '../../core/git.ts';
import { differences, entriesOf, isSameEntry, setInIndex } from './entries.ts';
import type { Differences, Entry } from './entries.ts';
import { firstLines, must, readBlob } from './git-calls.ts';
import { linkProblems } from './links.ts';
import { isOwnLog, ownLogs, ownPlaces } from '../files/own-paths.ts';
import { headOf } from './repository.ts';
import type { Repository } from './repository.ts';
import { withIndex } from './temporary-index.ts';

/** A commit of the tree's own paths, not made yet. */
export interface CommitDraft {
  readonly head: string;
  /** The tree it will have; that of `head` when there is nothing to commit. */
  readonly tree: string;
  readonly changes: Differences;
  /** What is left out, and why. */
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
}

/** A file larger than this is none that people write, and many remotes refuse it, in bytes. */
export const maxFileBytes = 50 * 1024 * 1024;

/**
 * Takes the tree's own paths as they are into an index beside the person's. Only git's objects are written. A link that
 * leads out of the tree and a repository inside of it are left out: they mean nothing on another machine.
 */
export function draftCommit(repository: Repository): CommitDraft {
  const head = headOf(repository);
  return withIndex(repository, head, (index) => {
    const there = (place: string): boolean =>
      fs.lstatSync(path.join(repository.tree, place), { throwIfNoEntry: false }) !== undefined;
    const known = must(repository, ['ls-files', '-z', '--', ...ownPlaces, 'state/log'], { env: index.env }).split('\0');
    const isKnown = (place: string): boolean => known.some((file) => file === place || file.startsWith(`${place}/`));
    const places = ownPlaces.filter((place) => there(place) || isKnown(place));
    const options = { env: index.env, settings: ['advice.addEmbeddedRepo=false', 'core.safecrlf=false'] };
    if (places.length > 0) must(repository, ['--literal-pathspecs', 'add', '-A', '--', ...places], options);
    // A log that is missing was lost, not removed: the one that was committed stays.
    const logs = [...new Set([...ownLogs, ...known.filter(isOwnLog)])].filter(there);
    if (logs.length > 0) must(repository, ['update-index', '--add', '--', ...logs], options);
    const tree = index.writeTree();
    const changes = differences(repository, head, tree);
    const ofLinks = linkProblems(changes, entriesOf(repository, tree), (id) =>
      readBlob(repository, id).toString('utf8'),
    );
    const leftOut = [...changes].flatMap(([file, { after }]) => {
      const why = ofLinks.get(file) ?? (after === undefined ? undefined : strangeness(repository, file, after));
      return why === undefined ? [] : [{ path: file, why }];
    });
    if (leftOut.length === 0) return { head, tree, changes, leftOut };
    index.set(leftOut.map(({ path: file }) => [file, changes.get(file)?.before] as const));
    const rest = index.writeTree();
    return { head, tree: rest, changes: differences(repository, head, rest), leftOut };
  });
}

function strangeness(repository: Repository, file: string, { mode }: Entry): string | undefined {
  if (mode === '160000') return 'a git repository of its own';
  const stat = fs.lstatSync(path.join(repository.tree, file), { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size <= maxFileBytes) return undefined;
  const size = `larger than ${maxFileBytes / 1024 / 1024} MB`;
  return isOwnLog(file) ? `${size}; move its older rows to another file, and it is synced again` : size;
}

/** Makes a commit object; nothing refers to it yet. */
export function makeCommit(repository: Repository, tree: string, parents: readonly string[], message: string): string {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  const own = git(repository.tree, args, { settings: [...quiet, 'user.useConfigOnly=true'], input: message });
  if (own.ok) return own.stdout.trim();
  return must(repository, args, { settings: fallbackAuthor, input: message }).trim();
}

/**
 * Commits a draft on the branch. What the person has staged of other files stays staged, and what they work on stays as it
 * is. Killed before the end, the files are staged and nothing else.
 */
export function commitDraft(repository: Repository, draft: CommitDraft, message: string): string {
  const { head, tree, changes } = draft;
  const commit = makeCommit(repository, tree, [head], message);
  setInIndex(
    repository,
    [...changes].map(([file, { after }]) => [file, after] as const),
  );
  moveBranch(repository, commit, head);
  git(repository.tree, ['update-index', '-q', '--refresh'], { settings: quiet });
  return commit;
}

/** Moves the branch from one commit to another; throws `failure` if somebody else has moved it meanwhile. */
export function moveBranch(repository: Repository, to: string, from: string): void {
  const args = ['update-ref', '-m', 'snappy sync', `refs/heads/${repository.branch}`, to, from];
  const moved = git(repository.tree, args, { settings: quiet });
  if (moved.ok) return;
  throw new SnappyError('failure', `the branch ${repository.branch} could not be moved: ${firstLines(moved.stderr)}`, {
    hint: 'another git is at work in the tree; wait until it is done, then run this again',
  });
}

/** Whether nothing of the draft is new. */
export function isEmpty(draft: CommitDraft): boolean {
  return [...draft.changes.values()].every(({ before, after }) => isSameEntry(before, after));
}
