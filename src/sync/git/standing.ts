import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Differences, Entry } from './entries.ts';
import { must } from './git-calls.ts';
import type { InTree } from './git-calls.ts';
import type { Repository } from './repository.ts';

/** Somebody has changed a file between two looks at it; the sync begins anew. */
export class ChangedMeanwhile extends Error {
  readonly files: readonly string[];

  constructor(files: readonly string[]) {
    super('files have changed meanwhile');
    this.files = files;
  }
}

/** A file or link as it stands in the work tree. */
interface Standing extends Entry {
  /** The file's bytes as they are on the disk, by sha256, or the text of the link. */
  readonly raw: string;
}

/** What stands at a path now: nothing, a file or link of git's, or something that git has no form for. */
export type Present = Standing | 'strange' | undefined;

const noneLeave: ReadonlySet<string> = new Set();

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes of a plain file that is reached by folders only; `undefined` for anything else. */
export function readStanding({ tree }: InTree, file: string): Buffer | undefined {
  const full = path.join(tree, file);
  if (wayTo(tree, file, noneLeave) !== 'open') return undefined;
  return fs.lstatSync(full, { throwIfNoEntry: false })?.isFile() === true ? fs.readFileSync(full) : undefined;
}

/** Throws `ChangedMeanwhile` where what stands at a path is no longer what was seen there. */
export function confirmStanding(repository: InTree, file: string, present: Present): void {
  const full = path.join(repository.tree, file);
  const stat = fs.lstatSync(full, { throwIfNoEntry: false });
  let isStill = present === undefined && stat === undefined;
  if (typeof present === 'object' && stat !== undefined) {
    isStill =
      present.mode === '120000'
        ? stat.isSymbolicLink() && fs.readlinkSync(full) === present.raw
        : isBytes(readStanding(repository, file), present.raw);
  }
  if (!isStill) throw new ChangedMeanwhile([file]);
}

/** As `confirmStanding`, for the bytes of a file. */
export function confirmBytes(repository: InTree, file: string, bytes: Buffer): void {
  if (readStanding(repository, file)?.equals(bytes) !== true) throw new ChangedMeanwhile([file]);
}

function isBytes(bytes: Buffer | undefined, hash: string): boolean {
  return bytes !== undefined && hashOf(bytes) === hash;
}

/** What stands on the way to a file: folders of the tree, a file that is about to go, or something that leads elsewhere. */
function wayTo(tree: string, file: string, leaving: ReadonlySet<string>): 'open' | 'leaving' | 'strange' {
  const folders = file.split('/').slice(0, -1);
  for (let length = 1; length <= folders.length; length++) {
    const folder = folders.slice(0, length).join('/');
    const stat = fs.lstatSync(path.join(tree, folder), { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) continue;
    return stat.isFile() && leaving.has(folder) ? 'leaving' : 'strange';
  }
  return 'open';
}

/** Whether all that a folder holds is about to go. */
function isLeaving(tree: string, folder: string, leaving: ReadonlySet<string>): boolean {
  return fs.readdirSync(path.join(tree, folder), { withFileTypes: true }).every((entry) => {
    const inner = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? isLeaving(tree, inner, leaving) : leaving.has(inner);
  });
}

/** Whether an entry is another repository (a submodule): to git a folder, whatever is in it. */
export function isRepository(entry: Entry | undefined): boolean {
  return entry?.mode === '160000';
}

/** What a folder is taken for that stands where there is to be a repository, or is to be one no more. */
function repositoryOf({ before, after }: Readonly<Record<'before' | 'after', Entry | undefined>>): Present {
  const entry = after ?? before;
  return entry !== undefined && isRepository(entry) ? { ...entry, raw: '' } : undefined;
}

/** What stands at the path of each change, as git would take it in: with the person's settings of line ends and the like. */
export function presentAt(repository: Repository, changes: Differences): Map<string, Present> {
  const { tree } = repository;
  const leaving = new Set([...changes].flatMap(([file, { after }]) => (after === undefined ? [file] : [])));
  const present = new Map<string, Present>();
  const plain: { readonly file: string; readonly mode: string; readonly raw: string }[] = [];
  for (const [file, { before, after }] of changes) {
    const full = path.join(tree, file);
    const way = wayTo(tree, file, leaving);
    const stat = way === 'open' ? fs.lstatSync(full, { throwIfNoEntry: false }) : undefined;
    if (way === 'strange') present.set(file, 'strange');
    else if (stat === undefined) present.set(file, undefined);
    else if (stat.isSymbolicLink()) {
      const raw = fs.readlinkSync(full);
      const id = must(repository, ['hash-object', '--stdin'], { input: raw }).trim();
      present.set(file, { mode: '120000', id, raw });
    } else if (stat.isFile()) {
      // Before git looks: what is written between the two looks is then none of what was seen.
      const raw = hashOf(fs.readFileSync(full));
      plain.push({ file, mode: (stat.mode & 0o100) === 0 ? '100644' : '100755', raw });
    } else if (!stat.isDirectory()) present.set(file, 'strange');
    else if (repositoryOf({ before, after }) !== undefined) present.set(file, repositoryOf({ before, after }));
    else present.set(file, isLeaving(tree, file, leaving) ? undefined : 'strange');
  }
  const input = plain.map(({ file }) => `${file}\n`).join('');
  const ids = input === '' ? [] : must(repository, ['hash-object', '--stdin-paths'], { input }).split('\n');
  for (const [at, { file, mode, raw }] of plain.entries()) present.set(file, { mode, id: ids[at] ?? '', raw });
  return present;
}

/** A mode says nothing where the file system keeps none (`core.fileMode`). */
export function isAt(present: Present, entry: Entry | undefined): boolean {
  if (present === 'strange') return false;
  return present?.id === entry?.id && (present?.mode === '120000') === (entry?.mode === '120000');
}
