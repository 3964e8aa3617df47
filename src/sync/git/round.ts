import { SnappyError } from '../../core/errors.ts';
import { entriesOf, differences } from './entries.ts';
import type { Differences } from './entries.ts';
import { ask, must, readBlob } from './git-calls.ts';
import { checkIncoming } from './incoming.ts';
import { mergeTrees } from './merge-trees.ts';
import type { MergedTrees } from './merge-trees.ts';
import type { Repository } from './repository.ts';

/** How the branch and that of the remote stand to each other, and what their merge would be. */
export interface Round {
  /** `first`: the remote has no such branch yet. */
  readonly relation: 'first' | 'same' | 'ahead' | 'behind' | 'diverged';
  readonly theirs: string | undefined;
  /** The commit that both began with. */
  readonly base: string | undefined;
  /** Commits of others that are not here, and of this machine that are not there. */
  readonly behind: number;
  readonly ahead: number;
  /** What others have changed since `base`. */
  readonly incoming: Differences;
  /** Only where both have something new. */
  readonly merge: MergedTrees | undefined;
}

/** Commits that are only here, and only there. */
function countApart(repository: Repository, head: string, theirs: string): readonly [ahead: number, behind: number] {
  const counts = must(repository, ['rev-list', '--left-right', '--count', `${head}...${theirs}`])
    .trim()
    .split('\t');
  return [Number(counts[0]), Number(counts[1])];
}

function mergeBase(repository: Repository, head: string, theirs: string): string {
  // Of several the same one on every machine.
  const bases = (ask(repository, 'merge-base', '--all', head, theirs) ?? '').split('\n').filter((id) => id !== '');
  const [base] = bases.toSorted();
  if (base !== undefined) return base;
  const { remote, remoteBranch, tree, url } = repository;
  throw new SnappyError(
    'refused',
    `this tree and ${remote}/${remoteBranch} were begun apart: they have no commit in common`,
    {
      hint: `to work on one tree on several machines, clone it: move ${tree} away, git clone ${url} ${tree}, and bring back from the other what it lacks`,
    },
  );
}

/**
 * Holds the branch against the remote's. `head` is the commit here, `ours` the tree that is to
 * be merged: that of `head`, or of a commit not made yet. Throws `refused` on what must not be brought in.
 */
export function holdAgainst(
  repository: Repository,
  { head, ours, isNew }: { readonly head: string; readonly ours: string; readonly isNew: boolean },
  theirs: string | undefined,
): Round {
  const nothing = { base: undefined, behind: 0, incoming: new Map(), merge: undefined };
  if (theirs === undefined) {
    const ahead = Number(must(repository, ['rev-list', '--count', head]).trim());
    return { ...nothing, relation: 'first', theirs, ahead };
  }
  const base = mergeBase(repository, head, theirs);
  const [ahead, behind] = countApart(repository, head, theirs);
  const round = { theirs, base, behind, ahead };
  if (base === theirs) return { ...nothing, ...round, relation: ahead === 0 && !isNew ? 'same' : 'ahead' };
  const incoming = differences(repository, base, theirs);
  if (base === head && !isNew) {
    checkIncoming(incoming, entriesOf(repository, theirs), (id) => readBlob(repository, id).toString('utf8'));
    return { ...round, incoming, relation: 'behind', merge: undefined };
  }
  return { ...round, incoming, relation: 'diverged', merge: mergeTrees(repository, { base, ours, theirs, incoming }) };
}
