import { must } from './git-calls.ts';
import type { InTree } from './git-calls.ts';

/** A file of a commit: its git mode (`100644`, `100755`, `120000` for a link, `160000` for a repository) and its blob. */
export interface Entry {
  readonly mode: string;
  readonly id: string;
}

/** Files that differ between two trees, by path; `undefined` is none. */
export type Differences = ReadonlyMap<
  string,
  { readonly before: Entry | undefined; readonly after: Entry | undefined }
>;

const absent = /^0+$/;

/** What differs between two trees (or commits), file by file. Nothing is taken for a rename. */
export function differences(repository: InTree, before: string, after: string): Differences {
  const output = must(repository, ['diff-tree', '-r', '-z', '--no-renames', '--full-index', before, after]);
  const found = new Map<string, { before: Entry | undefined; after: Entry | undefined }>();
  const parts = output.split('\0');
  for (let at = 0; at + 1 < parts.length; at += 2) {
    // `:<mode> <mode> <id> <id> <status>`, and then the path (git-diff-tree(1), raw output format).
    const [oldMode = '', mode = '', oldId = '', id = ''] = (parts[at] ?? '').replace(/^:/, '').split(' ');
    const entry = (ofMode: string, ofId: string): Entry | undefined =>
      absent.test(ofMode) ? undefined : { mode: ofMode, id: ofId };
    found.set(parts[at + 1] ?? '', { before: entry(oldMode, oldId), after: entry(mode, id) });
  }
  return found;
}

/** All files of a tree or commit, by path. */
export function entriesOf(repository: InTree, tree: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of must(repository, ['ls-tree', '-r', '-z', '--full-tree', tree]).split('\0')) {
    const match = /^(\d+) \w+ ([0-9a-f]+)\t([^]*)$/.exec(line);
    if (match !== null) entries.set(match[3] ?? '', { mode: match[1] ?? '', id: match[2] ?? '' });
  }
  return entries;
}

/** Sets files in an index, that of the person or the one that `env` names; `undefined` takes one out. */
export function setInIndex(
  repository: InTree,
  changes: Iterable<readonly [path: string, entry: Entry | undefined]>,
  env: NodeJS.ProcessEnv = {},
): void {
  let set = '';
  let gone = '';
  for (const [path, entry] of changes) {
    if (entry === undefined) gone += `${path}\0`;
    else set += `${entry.mode} ${entry.id}\t${path}\0`;
  }
  // What goes comes first: a folder may take the place of a file, or a file that of a folder.
  if (gone !== '') must(repository, ['update-index', '-z', '--force-remove', '--stdin'], { env, input: gone });
  if (set !== '') must(repository, ['update-index', '-z', '--index-info'], { env, input: set });
}

/** The same entry, or none on both sides. */
export function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  return a?.id === b?.id && a?.mode === b?.mode;
}
