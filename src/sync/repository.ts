import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import { git, gitBytes, quiet } from '../core/git.ts';
import type { GitOptions } from '../core/git.ts';

/** The tree's own git repository, on a branch, with a remote. */
export interface Repository {
  readonly tree: string;
  readonly gitDir: string;
  readonly branch: string;
  readonly remote: string;
  /** The branch at the remote that this one goes with. */
  readonly remoteBranch: string;
  /** Whether git has it written down that the two branches go together. */
  readonly hasUpstream: boolean;
  /** Without user name and password. */
  readonly url: string;
}

/** Runs git in the tree and gives its output; throws `failure` with git's words when it fails. */
export function must(repository: Pick<Repository, 'tree'>, args: readonly string[], options: GitOptions = {}): string {
  const { ok, stdout, stderr } = git(repository.tree, args, {
    ...options,
    settings: [...quiet, ...(options.settings ?? [])],
  });
  if (ok) return stdout;
  throw new SnappyError('failure', `git ${args[0] ?? ''} failed: ${firstLines(stderr)}`, {
    hint: `mend what git says in ${repository.tree}, then run this again; it goes on from where it is`,
  });
}

/** As `must`, for one line or one word of output; `undefined` when git fails. */
export function ask(repository: Pick<Repository, 'tree'>, ...args: string[]): string | undefined {
  const { ok, stdout } = git(repository.tree, args, { settings: quiet });
  return ok ? stdout.trim() : undefined;
}

/** The bytes of a blob. Throws `failure` when it cannot be read. */
export function readBlob(repository: Pick<Repository, 'tree'>, id: string): Buffer {
  const bytes = gitBytes(repository.tree, ['cat-file', 'blob', id], { settings: quiet });
  if (bytes !== undefined) return bytes;
  throw new SnappyError('failure', `git could not read the object ${id}`, {
    hint: `look at what this says: git -C ${repository.tree} fsck`,
  });
}

/** Writes a blob and gives its id. */
export function writeBlob(repository: Pick<Repository, 'tree'>, bytes: Buffer): string {
  return must(repository, ['hash-object', '-w', '--stdin'], { input: bytes }).trim();
}

/** What git says, without what could be a secret, in at most three lines. */
export function firstLines(stderr: string): string {
  const lines = withoutPassword(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  return lines.slice(0, 3).join('; ') || 'it said nothing';
}

/** Takes `user:password@` out of addresses. */
export function withoutPassword(text: string): string {
  return text.replace(/(\w:\/\/)[^/@\s]+@/g, '$1');
}

const unfinished: readonly (readonly [file: string, what: string, end: string])[] = [
  ['MERGE_HEAD', 'a merge', 'git merge --continue, or git merge --abort'],
  ['rebase-merge', 'a rebase', 'git rebase --continue, or git rebase --abort'],
  ['rebase-apply', 'a rebase', 'git rebase --continue, or git rebase --abort'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick', 'git cherry-pick --continue, or git cherry-pick --abort'],
  ['REVERT_HEAD', 'a revert', 'git revert --continue, or git revert --abort'],
];

function refuse(message: string, hint: string): never {
  throw new SnappyError('refused', message, { hint });
}

/**
 * The repository of a tree, ready for a sync. Throws `failure` where there is no git, no repository of the tree's own or no
 * remote, and `refused` where a person is in the middle of something: no branch checked out, a merge or rebase under way.
 */
export function openRepository(tree: string, remoteName?: string): Repository {
  const top = git(tree, ['rev-parse', '--show-toplevel', '--absolute-git-dir']);
  if (!top.found)
    throw new SnappyError('failure', 'there is no git on this machine', { hint: 'install git, then run this again' });
  const [root = '', gitDir = ''] = top.stdout.trim().split('\n');
  if (!top.ok && /dubious ownership/.test(top.stderr))
    throw new SnappyError('failure', `git does not trust ${tree}: another user owns it`, {
      hint: firstLines(top.stderr),
    });
  if (!top.ok || fs.realpathSync(root) !== fs.realpathSync(tree)) {
    const where = top.ok ? `; it lies in that of ${root}` : '';
    throw new SnappyError('failure', `${tree} has no git repository of its own${where}`, {
      hint: `make one: git -C ${tree} init, then add a remote`,
    });
  }
  for (const [file, what, end] of unfinished)
    if (fs.existsSync(path.join(gitDir, file))) refuse(`${what} is under way in ${tree}`, `end it first: ${end}`);
  const here = { tree };
  const branch = ask(here, 'symbolic-ref', '--short', '-q', 'HEAD');
  if (branch === undefined || branch === '')
    refuse(`no branch is checked out in ${tree} (detached HEAD)`, 'check one out first: git switch main');
  const upstream = ask(here, 'config', '--get', `branch.${branch}.merge`);
  const tracked = ask(here, 'config', '--get', `branch.${branch}.remote`);
  const remotes = (ask(here, 'remote') ?? '').split('\n').filter((name) => name !== '');
  const remote =
    remoteName ?? tracked ?? (remotes.includes('origin') || remotes.length !== 1 ? 'origin' : (remotes[0] ?? ''));
  if (!remotes.includes(remote)) {
    throw new SnappyError(
      'failure',
      remotes.length === 0 ? `${tree} has no git remote` : `there is no git remote ${remote}`,
      {
        hint:
          remotes.length === 0
            ? `make a private repository somewhere, then: git -C ${tree} remote add origin <url>`
            : `there is: ${remotes.join(', ')}; name one with --remote`,
      },
    );
  }
  const hasUpstream = upstream !== undefined && tracked === remote;
  return {
    tree,
    gitDir,
    branch,
    remote,
    remoteBranch: hasUpstream ? upstream.replace(/^refs\/heads\//, '') : branch,
    hasUpstream,
    url: withoutPassword(ask(here, 'remote', 'get-url', remote) ?? ''),
  };
}

/** The commit that is checked out; `undefined` on a branch with no commit yet. */
export function headOf(repository: Repository): string | undefined {
  return ask(repository, 'rev-parse', '--verify', '-q', 'HEAD^{commit}');
}
