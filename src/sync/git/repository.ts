import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { git } from '../../core/git.ts';
import { ask, firstLines, withoutPassword } from './git-calls.ts';

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
  /** Whether the person has told git how to call ssh. */
  readonly hasSshCommand: boolean;
}

const unfinished: readonly (readonly [file: string, what: string, end: string])[] = [
  ['MERGE_HEAD', 'a merge', 'git merge --continue, or git merge --abort'],
  ['rebase-merge', 'a rebase', 'git rebase --continue, or git rebase --abort'],
  ['rebase-apply', 'a rebase', 'git rebase --continue, or git rebase --abort'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick', 'git cherry-pick --continue, or git cherry-pick --abort'],
  ['REVERT_HEAD', 'a revert', 'git revert --continue, or git revert --abort'],
];

/** Git's own folder for the tree. Throws `failure` where the tree has no repository of its own. */
function findGitDir(tree: string): string {
  const top = git(tree, ['rev-parse', '--show-toplevel', '--absolute-git-dir']);
  if (!top.found)
    throw new SnappyError('failure', 'there is no git on this machine', { hint: 'install git, then run this again' });
  if (!top.ok && top.stderr.includes('dubious ownership')) {
    throw new SnappyError('failure', `git does not trust ${tree}: another user owns it`, {
      hint: firstLines(top.stderr),
    });
  }
  const [root = '', gitDir = ''] = top.stdout.trim().split('\n');
  if (top.ok && fs.realpathSync(root) === fs.realpathSync(tree)) return gitDir;
  const where = top.ok ? `; it lies in that of ${root}` : '';
  throw new SnappyError('failure', `${tree} has no git repository of its own${where}`, {
    hint: `make one with: git -C ${tree} init; then give it a remote`,
  });
}

/** The settings that a sync looks at, all with one call. A later value of a name wins, as it does for git. */
function readSettings(tree: string): ReadonlyMap<string, string> {
  const entries = (ask({ tree }, 'config', '-z', '--list') ?? '').split('\0').map((entry): [string, string] => {
    const at = entry.indexOf('\n');
    return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
  });
  return new Map(entries);
}

function chooseRemote(tree: string, settings: ReadonlyMap<string, string>, named: string | undefined): string {
  const remotes = [...settings.keys()].flatMap((name) => /^remote\.([^]+)\.url$/.exec(name)?.[1] ?? []);
  const chosen = named ?? (remotes.length === 1 ? remotes[0] : 'origin') ?? 'origin';
  if (remotes.includes(chosen)) return chosen;
  if (remotes.length === 0) {
    throw new SnappyError('failure', `${tree} has no git remote to sync with`, {
      hint: `make a private repository somewhere, then: git -C ${tree} remote add origin <url>`,
    });
  }
  throw new SnappyError('failure', `there is no git remote ${JSON.stringify(chosen)} in ${tree}`, {
    hint: `there is: ${remotes.join(', ')}; name one with --remote`,
  });
}

/**
 * The repository of a tree, ready for a sync. Throws `failure` where there is no git, no repository of the tree's own or no
 * remote, and `refused` where a person is in the middle of something: no branch checked out, a merge or rebase under way.
 */
export function openRepository(tree: string, remoteName?: string): Repository {
  const gitDir = findGitDir(tree);
  for (const [file, what, end] of unfinished) {
    if (fs.existsSync(path.join(gitDir, file)))
      throw new SnappyError('refused', `${what} is under way in ${tree}`, { hint: `end it first: ${end}` });
  }
  const here = { tree };
  const branch = ask(here, 'symbolic-ref', '--short', '-q', 'HEAD') ?? '';
  if (branch === '') {
    throw new SnappyError('refused', `no branch is checked out in ${tree} (git calls that a detached HEAD)`, {
      hint: `check one out first, such as: git -C ${tree} switch main`,
    });
  }
  const settings = readSettings(tree);
  const upstream = settings.get(`branch.${branch}.merge`);
  const tracked = settings.get(`branch.${branch}.remote`);
  const remote = chooseRemote(tree, settings, remoteName ?? tracked);
  const hasUpstream = upstream !== undefined && tracked === remote;
  return {
    tree,
    gitDir,
    branch,
    remote,
    remoteBranch: hasUpstream ? upstream.replace(/^refs\/heads\//, '') : branch,
    hasUpstream,
    url: withoutPassword(settings.get(`remote.${remote}.url`) ?? ''),
    hasSshCommand: settings.has('core.sshcommand'),
  };
}

/** The commit that is checked out. Throws `refused` on a branch with no commit yet. */
export function headOf(repository: Repository): string {
  const head = ask(repository, 'rev-parse', '--verify', '-q', 'HEAD^{commit}');
  if (head !== undefined) return head;
  const { tree, branch } = repository;
  throw new SnappyError('refused', `the branch ${branch} of ${tree} has no commit yet`, {
    hint: `commit the whole tree once by hand: git -C ${tree} add -A, then git -C ${tree} commit -m "Lay the tree"`,
  });
}
