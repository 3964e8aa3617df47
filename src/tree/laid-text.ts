import path from 'node:path';
import { sha256 } from '../../seed/state/lib/seed-manifest.ts';
import { git } from '../core/git.ts';

/** How many commits of one file are looked through. */
const depth = 50;

/**
 * The text of a file as it was laid, of which the manifest holds only the sha256: looked for in the tree's git history,
 * where `init` has committed it. `undefined` when no commit holds it.
 */
export function findLaidText(tree: string, file: string, hash: string | undefined): string | undefined {
  if (hash === undefined) return undefined;
  const log = git(tree, ['log', `--max-count=${depth}`, '--format=%H', '--', file]);
  if (!log.ok) return undefined;
  for (const commit of log.stdout.split('\n').filter((line) => line !== '')) {
    const { ok, stdout } = git(tree, ['show', `${commit}:./${path.posix.normalize(file)}`]);
    if (ok && sha256(stdout) === hash) return stdout;
  }
  return undefined;
}
