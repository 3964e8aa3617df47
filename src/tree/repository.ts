import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import { fallbackAuthor, git, quiet, startGit } from '../core/git.ts';
import type { GitResult } from '../core/git.ts';
import type { System } from '../core/system.ts';

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
  const made = git(tree, ['init', '--quiet', '--template=', repository], {
    settings: ['advice.defaultBranchName=false'],
  });
  if (!made.found) return undefined;
  must(made, tree, 'init');
  const here = [`--git-dir=${path.join(repository, '.git')}`, `--work-tree=${tree}`];
  // --force: what the user's own ignore rules say of `bin/` or `*.log` is about other projects.
  const added = startGit(tree, [...here, 'add', '--force', '--', ...files], [...quiet, 'core.looseCompression=1']);
  return {
    async finish(system) {
      must(await added, tree, 'add');
      const commit = [...here, 'commit', '--quiet', '--no-verify', '--message', 'Lay the tree of snappy-os'];
      const own = git(tree, commit, { settings: [...quiet, 'user.useConfigOnly=true'] });
      if (!own.ok) must(git(tree, commit, { settings: [...quiet, ...fallbackAuthor] }), tree, 'commit');
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
