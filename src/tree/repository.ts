import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';

/** What a git that runs inside another one's hook inherits, and what would lead it to the other's repository. */
const inherited = [
  ['DIR', 'WORK_TREE', 'IMPLICIT_WORK_TREE', 'INDEX_FILE', 'COMMON_DIR', 'PREFIX', 'SHALLOW_FILE', 'GRAFT_FILE'],
  ['OBJECT_DIRECTORY', 'ALTERNATE_OBJECT_DIRECTORIES', 'REPLACE_REF_BASE', 'NO_REPLACE_OBJECTS', 'CONFIG', 'CONFIG_PARAMETERS', 'CONFIG_COUNT'],
].flatMap((names) => names.map((name) => `GIT_${name}`));

/** The first commit is ours to make: no hook, signature, editor or clean-up of the user's takes part in it. */
const quiet = ['core.hooksPath=/dev/null', 'commit.gpgSign=false', 'core.fsmonitor=false', 'gc.auto=0', 'maintenance.auto=false'];

/** For a machine where git knows no author; said on the command line, so that no setting is touched. */
const fallbackAuthor = ['user.name=snappy-os', 'user.email=snappy-os@localhost'];

interface GitResult {
  /** False when the machine has no git. */
  readonly found: boolean;
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs git in a folder, in the environment of a terminal rather than of a hook. */
export function git(cwd: string, args: readonly string[], settings: readonly string[] = []): GitResult {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.includes(name)));
  const result = spawnSync('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], {
    cwd,
    env: { ...env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const missing = result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT';
  return { found: !missing, ok: result.status === 0, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

function must(result: GitResult, tree: string, step: string): void {
  if (result.ok) return;
  throw new SnappyError('failure', `the tree is laid, but its git repository could not be made: git ${step} said: ${result.stderr.trim()}`, {
    hint: `when that is repaired, the same command goes on from here; without a repository: snappy init --no-git ${tree}`,
  });
}

/**
 * Makes the tree a repository of its own with one commit of `files`, also inside another repository's work tree. It is
 * built in `workshop`, a folder inside the tree, and put in place by one rename, so that a kill leaves none or a whole
 * one. Returns false where the machine has no git. Throws `failure` with git's words.
 */
export function makeRepository(system: System, tree: string, workshop: string, files: readonly string[]): boolean {
  const repository = path.join(workshop, 'repository');
  const made = git(tree, ['init', '--quiet', '--template=', repository], ['advice.defaultBranchName=false']);
  if (!made.found) return false;
  must(made, tree, 'init');
  const here = [`--git-dir=${path.join(repository, '.git')}`, `--work-tree=${tree}`];
  // --force: what the user's own ignore rules say of `bin/` or `*.log` is about other projects.
  must(git(tree, [...here, 'add', '--force', '--', ...files], quiet), tree, 'add');
  const commit = [...here, 'commit', '--quiet', '--no-verify', '--message', 'Lay the tree of snappy-os'];
  const own = git(tree, commit, [...quiet, 'user.useConfigOnly=true']);
  if (!own.ok) must(git(tree, commit, [...quiet, ...fallbackAuthor]), tree, 'commit');
  publish(system, path.join(repository, '.git'), path.join(tree, '.git'));
  return true;
}

function publish(system: System, made: string, place: string): void {
  try {
    system.rename(made, place);
  } catch (cause) {
    // A second init of the same folder was quicker, and its repository holds the same.
    if (!fs.existsSync(place)) throw cause;
  }
}
