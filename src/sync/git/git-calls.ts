import { SnappyError } from '../../core/errors.ts';
import { git, gitBytes, quiet } from '../../core/git.ts';
import type { GitOptions } from '../../core/git.ts';

/** Where git is run. */
export interface InTree {
  readonly tree: string;
}

/** Runs git in the tree and gives its output; throws `failure` with git's words when it fails. */
export function must(repository: InTree, args: readonly string[], options: GitOptions = {}): string {
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
export function ask(repository: InTree, ...args: string[]): string | undefined {
  const { ok, stdout } = git(repository.tree, args, { settings: quiet });
  return ok ? stdout.trim() : undefined;
}

/** The bytes of a blob. Throws `failure` when it cannot be read. */
export function readBlob(repository: InTree, id: string): Buffer {
  const bytes = gitBytes(repository.tree, ['cat-file', 'blob', id], { settings: quiet });
  if (bytes !== undefined) return bytes;
  throw new SnappyError('failure', `git could not read the object ${id}`, {
    hint: `look at what this says: git -C ${repository.tree} fsck`,
  });
}

/** How large a blob is, in bytes; nothing of it is read. Throws `failure` when git does not have it. */
export function blobSize(repository: InTree, id: string): number {
  return Number(must(repository, ['cat-file', '-s', id]).trim());
}

/** Writes a blob and gives its id. */
export function writeBlob(repository: InTree, bytes: Buffer): string {
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
