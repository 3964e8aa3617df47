import { SnappyError } from '../../core/errors.ts';
import { gitEnvironment, quiet } from '../../core/git.ts';
import { runProgram } from '../../core/run-program.ts';
import type { Ended } from '../../core/run-program.ts';
import { ask, firstLines } from './git-calls.ts';
import type { Repository } from './repository.ts';

/** How long the remote may take, in milliseconds. */
const patience = 120_000;

async function run(repository: Repository, args: readonly string[]): Promise<Ended> {
  const env = gitEnvironment();
  // Nobody is there to be asked for a password: a git that waits for one would wait for ever.
  const hasSsh = env['GIT_SSH_COMMAND'] !== undefined || env['GIT_SSH'] !== undefined;
  if (!hasSsh && !repository.hasSshCommand) env['GIT_SSH_COMMAND'] = 'ssh -o BatchMode=yes -o ConnectTimeout=20';
  const settings = quiet.flatMap((setting) => ['-c', setting]);
  return runProgram('git', [...settings, ...args], {
    env,
    timeout: patience,
    cwd: repository.tree,
    limit: 1024 * 1024,
  });
}

/** What went wrong with the remote, in words that say what to do. */
function networkError({ remote, url, tree }: Repository, { fault, stderr }: Ended): SnappyError {
  const said = firstLines(stderr);
  const at = `${remote} (${url})`;
  if (fault === 'timed out') {
    return new SnappyError('failure', `the remote ${at} did not answer within ${patience / 1000} seconds`, {
      hint: 'what was changed here is kept; run this again when it can be reached',
    });
  }
  if (
    /authentication failed|permission denied|could not read (?:username|password)|\b40[13]\b|access denied|host key/i.test(
      stderr,
    )
  ) {
    return new SnappyError('failure', `the remote ${at} did not let git in: ${said}`, {
      hint: `sign in once by hand, until this works without a question: git -C ${tree} fetch ${remote}`,
    });
  }
  return new SnappyError('failure', `the remote ${at} could not be reached: ${said}`, {
    hint: `what was changed here is kept; try: git -C ${tree} fetch ${remote}`,
  });
}

/** The remote's commit of the branch, fetched; `undefined` where the remote has no such branch yet. Throws `failure`. */
export async function fetchBranch(repository: Repository): Promise<string | undefined> {
  const { remote, remoteBranch } = repository;
  const tracking = `refs/remotes/${remote}/${remoteBranch}`;
  const ended = await run(repository, [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-gc',
    remote,
    `+refs/heads/${remoteBranch}:${tracking}`,
  ]);
  if (ended.status === 0) return ask(repository, 'rev-parse', '--verify', '-q', `${tracking}^{commit}`);
  if (ended.stderr.includes("couldn't find remote ref")) return undefined;
  throw networkError(repository, ended);
}

/** Pushes a commit to the branch. False when another machine has pushed meanwhile. Throws `failure`. */
export async function pushCommit(repository: Repository, commit: string): Promise<boolean> {
  const { branch, remote, remoteBranch, hasUpstream } = repository;
  const to = `refs/heads/${remoteBranch}`;
  // With the branch's own name git can write down that the two go together.
  const what = hasUpstream ? [remote, `${commit}:${to}`] : ['--set-upstream', remote, `refs/heads/${branch}:${to}`];
  const ended = await run(repository, ['push', '--quiet', '--no-verify', '--no-follow-tags', ...what]);
  if (ended.status === 0) return true;
  if (
    /\(fetch first\)|\(non-fast-forward\)|cannot lock ref|\(stale info\)|failed to update ref|incorrect old value/i.test(
      ended.stderr,
    )
  )
    return false;
  if (/\[remote rejected\]|pre-receive|protected/i.test(ended.stderr)) {
    throw new SnappyError('failure', `the remote ${remote} refused the push: ${firstLines(ended.stderr)}`, {
      hint: 'everything is merged and committed here; change what the remote allows, then run this again',
    });
  }
  throw networkError(repository, ended);
}
