import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import type { System } from '../core/system.ts';

/** What a git that runs inside another one's hook inherits, and what would lead it to the other's repository. */
const inherited = [
  ['DIR', 'WORK_TREE', 'IMPLICIT_WORK_TREE', 'INDEX_FILE', 'COMMON_DIR', 'PREFIX', 'SHALLOW_FILE', 'GRAFT_FILE'],
  [
    'OBJECT_DIRECTORY',
    'ALTERNATE_OBJECT_DIRECTORIES',
    'REPLACE_REF_BASE',
    'NO_REPLACE_OBJECTS',
    'CONFIG',
    'CONFIG_PARAMETERS',
    'CONFIG_COUNT',
  ],
].flatMap((names) => names.map((name) => `GIT_${name}`));

/** The first commit is ours to make: no hook, signature, editor or clean-up of the user's takes part in it. */
const quiet = [
  'core.hooksPath=/dev/null',
  'commit.gpgSign=false',
  'core.fsmonitor=false',
  'gc.auto=0',
  'maintenance.auto=false',
];

/** For a machine where git knows no author; said on the command line, so that no setting is touched. */
const fallbackAuthor = ['user.name=snappy-os', 'user.email=snappy-os@localhost'];

interface GitResult {
  /** False when the machine has no git. */
  readonly found: boolean;
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

function argumentsOf(args: readonly string[], settings: readonly string[]): string[] {
  return [...settings.flatMap((setting) => ['-c', setting]), ...args];
}

/** The environment of a terminal rather than of another git's hook. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !inherited.includes(name));
  return { ...Object.fromEntries(own), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
}

const maxBuffer = 64 * 1024 * 1024;

/** Runs git in a folder, to its end. */
export function git(cwd: string, args: readonly string[], settings: readonly string[] = []): GitResult {
  const result = spawnSync('git', argumentsOf(args, settings), {
    cwd,
    env: environment(),
    encoding: 'utf8',
    maxBuffer,
  });
  const missing = result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT';
  return { found: !missing, ok: result.status === 0, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

/** Starts git in a folder. The promise is always kept: a git that fails is a result too. */
function startGit(cwd: string, args: readonly string[], settings: readonly string[]): Promise<GitResult> {
  return new Promise((resolve) => {
    execFile('git', argumentsOf(args, settings), { cwd, env: environment(), maxBuffer }, (error, stdout, stderr) => {
      resolve({ found: true, ok: error === null, stdout, stderr });
    });
  });
}

function must(result: GitResult, tree: string, step: string): void {
  if (result.ok) return;
  throw new SnappyError(
    'failure',
    `the tree is laid, but its git repository could not be made: git ${step} said: ${result.stderr.trim()}`,
    {
      hint: `when that is repaired, the same command goes on from here; without a repository: snappy init --no-git ${tree}`,
    },
  );
}

/** A repository in the making, whose git is at work. */
export interface RepositoryDraft {
  /** Waits for it, commits, and puts the repository in place by one rename. Throws `failure` with git's words. */
  finish(system: System): Promise<void>;
}

/**
 * Begins to make the tree a repository of its own with one commit of `files`, also inside another repository's work
 * tree. It is built in `workshop`, a folder inside the tree, so that a kill leaves no repository or a whole one. Git
 * hashes the files while the caller goes on. `undefined` where the machine has no git; throws `failure` as `finish`.
 */
export function beginRepository(tree: string, workshop: string, files: readonly string[]): RepositoryDraft | undefined {
  const repository = path.join(workshop, 'repository');
  const made = git(tree, ['init', '--quiet', '--template=', repository], ['advice.defaultBranchName=false']);
  if (!made.found) return undefined;
  must(made, tree, 'init');
  const here = [`--git-dir=${path.join(repository, '.git')}`, `--work-tree=${tree}`];
  // --force: what the user's own ignore rules say of `bin/` or `*.log` is about other projects.
  const added = startGit(tree, [...here, 'add', '--force', '--', ...files], [...quiet, 'core.looseCompression=1']);
  return {
    async finish(system) {
      must(await added, tree, 'add');
      const commit = [...here, 'commit', '--quiet', '--no-verify', '--message', 'Lay the tree of snappy-os'];
      const own = git(tree, commit, [...quiet, 'user.useConfigOnly=true']);
      if (!own.ok) must(git(tree, commit, [...quiet, ...fallbackAuthor]), tree, 'commit');
      publish(system, path.join(repository, '.git'), path.join(tree, '.git'));
    },
  };
}

function publish(system: System, made: string, place: string): void {
  try {
    system.rename(made, place);
  } catch (cause) {
    // A second init of the same folder was quicker, and its repository holds the same.
    if (!fs.existsSync(place)) throw cause;
  }
}
