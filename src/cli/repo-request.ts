import { SnappyError } from '../core/errors.ts';
import { findTree } from '../core/paths.ts';
import type { ReadSeed } from '../sync/gateway/base-content.ts';
import { findGateway } from '../sync/gateway/connection.ts';
import type { Gateway } from '../sync/gateway/connection.ts';
import { repoRoot } from '../sync/gateway/scan.ts';
import type { Scope } from '../sync/gateway/scan.ts';
import { repos } from '../sync/wire/names.ts';
import type { Repo } from '../sync/wire/names.ts';
import type { Invocation } from './command.ts';
import { readOwnSeed } from './own-seed.ts';

/** What a push and a pull are both told: of which repo, how much of it, and to or from where. */
export interface RepoRequest {
  readonly tree: string;
  readonly root: string;
  readonly gateway: Gateway;
  readonly repo: Repo;
  readonly scope: Scope;
  readonly env: NodeJS.ProcessEnv;
  readonly readSeed: ReadSeed;
}

const scopes = ['state', 'all'] as const;

/** One of a few words, or the first of them where none is given. Throws `usage`. */
export function oneOf<T extends string>(
  flag: string,
  known: readonly [T, ...T[]],
  given: string | boolean | undefined,
): T {
  const found = given === undefined ? known[0] : known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new SnappyError('usage', `--${flag} ${JSON.stringify(given)} is not known`, {
    hint: `expected one of: ${known.join(', ')}`,
  });
}

/** Reads `--repo`, `--scope` and `--tree`, and finds the gateway of the tree. Throws `usage`, and as `findTree` and `findGateway`. */
export function readRepoRequest({ flags, cwd, env }: Invocation): RepoRequest {
  const repo = oneOf('repo', repos, flags['repo']);
  const scope = oneOf('scope', scopes, flags['scope']);
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const root = repoRoot(repo, tree, env);
  return { tree, root, gateway: findGateway(tree, env), repo, scope, env, readSeed: readOwnSeed };
}
