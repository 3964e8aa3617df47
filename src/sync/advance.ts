import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../core/errors.ts';
import { git, gitBytes, quiet } from '../core/git.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { differences, setInIndex } from './entries.ts';
import type { Differences, Entry } from './entries.ts';
import { must, readBlob } from './git-calls.ts';
import { mergeFile } from './merge-file.ts';
import { moveBranch } from './own-commit.ts';
import { isOwnPath, mergeKindOf } from './own-paths.ts';
import type { Repository } from './repository.ts';

/** Where it is written down that files are being brought forward, in git's folder. */
const journalName = 'snappy-sync.json';

/** Somebody has changed a file between two looks at it; the sync begins anew. */
export class ChangedMeanwhile extends Error {
  readonly files: readonly string[];

  constructor(files: readonly string[]) {
    super('files have changed meanwhile');
    this.files = files;
  }
}

/** What stands at a path now: nothing, a file or link of git's, or something that git has no form for. */
type Present = Entry | 'strange' | undefined;

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

/** What stands at the path of each change, as git would take it in: with the person's settings of line ends and the like. */
function presentAt(repository: Repository, changes: Differences): Map<string, Present> {
  const { tree } = repository;
  const leaving = new Set([...changes].flatMap(([file, { after }]) => (after === undefined ? [file] : [])));
  const present = new Map<string, Present>();
  const plain: { readonly file: string; readonly mode: string }[] = [];
  for (const file of changes.keys()) {
    const full = path.join(tree, file);
    const way = wayTo(tree, file, leaving);
    const stat = way === 'open' ? fs.lstatSync(full, { throwIfNoEntry: false }) : undefined;
    if (way === 'strange') present.set(file, 'strange');
    else if (stat === undefined) present.set(file, undefined);
    else if (stat.isSymbolicLink()) {
      const id = must(repository, ['hash-object', '--stdin'], { input: fs.readlinkSync(full) }).trim();
      present.set(file, { mode: '120000', id });
    } else if (stat.isFile()) plain.push({ file, mode: (stat.mode & 0o100) === 0 ? '100644' : '100755' });
    else present.set(file, stat.isDirectory() && isLeaving(tree, file, leaving) ? undefined : 'strange');
  }
  const input = plain.map(({ file }) => `${file}\n`).join('');
  const ids = input === '' ? [] : must(repository, ['hash-object', '--stdin-paths'], { input }).split('\n');
  for (const [at, { file, mode }] of plain.entries()) present.set(file, { mode, id: ids[at] ?? '' });
  return present;
}

/** A mode says nothing where the file system keeps none (`core.fileMode`). */
function isAt(present: Present, entry: Entry | undefined): boolean {
  if (present === 'strange') return false;
  return present?.id === entry?.id && (present?.mode === '120000') === (entry?.mode === '120000');
}

/** Bytes of a blob as they stand in the work tree, for the line ends and filters that the person has set. */
function smudged(repository: Repository, file: string, id: string): Buffer {
  const bytes = gitBytes(repository.tree, ['cat-file', '--filters', `--path=${file}`, id], { settings: quiet });
  return bytes ?? readBlob(repository, id);
}

function put(system: System, repository: Repository, file: string, entry: Entry | undefined, present: Present): void {
  const full = path.join(repository.tree, file);
  if (entry === undefined) {
    system.remove(full);
    for (let folder = path.dirname(full); folder !== repository.tree; folder = path.dirname(folder)) {
      // A skill that is gone leaves no empty folder; one that holds something of the person's stays.
      if (!fs.existsSync(folder) || fs.readdirSync(folder).length > 0) break;
      system.rmdir(folder);
    }
    return;
  }
  const isLink = (one: Present): boolean => typeof one === 'object' && one.mode === '120000';
  if (isLink(entry) || isLink(present)) system.remove(full);
  if (isLink(entry)) system.symlink(readBlob(repository, entry.id).toString('utf8'), full);
  else {
    const known = typeof present === 'object' && present.mode === entry.mode;
    const mode = known || isLink(present) ? undefined : entry.mode === '100755' ? 0o755 : 0o644;
    system.write(full, smudged(repository, file, entry.id), mode);
  }
}

/** Refuses to write over files of which git does not hold what stands there. */
export function refuseLocal(repository: Repository, files: readonly string[]): never {
  const names = files.slice(0, 5).map((file) => JSON.stringify(file));
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
  throw new SnappyError(
    'refused',
    `the remote changes files that are changed here too, and not committed: ${names.join(', ')}${more}`,
    {
      hint: `commit them, or move them away: git -C ${repository.tree} status; nothing of yours was changed`,
    },
  );
}

/** Called when the files are what they are to be, before that is final: killed in it, it is called again by the next run. */
export type OnFiles = (changes: Differences) => void;

/** Where a file becomes a folder, or a folder a file, what goes makes room first. */
function removalsFirst(changes: Differences): [string, { before: Entry | undefined; after: Entry | undefined }][] {
  return [...changes].toSorted(([, a], [, b]) => Number(a.after !== undefined) - Number(b.after !== undefined));
}

/** From which commit to which. */
interface Journal {
  readonly from: string;
  readonly to: string;
}

function writeJournal(system: System, { gitDir }: Repository, journal: Journal): void {
  system.write(path.join(gitDir, journalName), `${JSON.stringify(journal)}\n`, 0o600);
}

function readJournal({ gitDir }: Repository): Journal | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(gitDir, journalName), 'utf8'));
    const { from, to } = (value ?? {}) as Record<string, unknown>;
    const isCommit = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{40,64}$/.test(text);
    return isCommit(from) && isCommit(to) ? { from, to } : undefined;
  } catch {
    return undefined;
  }
}

/** What follows once the files are there: those who look at them are told, then index, branch, and the end of the journal. */
function settle(
  system: System,
  repository: Repository,
  { from, to }: Journal,
  changes: Differences,
  onFiles: OnFiles,
): void {
  onFiles(changes);
  setInIndex(
    repository,
    [...changes].map(([file, { after }]) => [file, after] as const),
  );
  moveBranch(repository, to, from);
  system.remove(path.join(repository.gitDir, journalName));
  git(repository.tree, ['update-index', '-q', '--refresh'], { settings: quiet });
}

/**
 * Brings the files, the index and the branch from the commit `from`, which is checked out, to `to`. Each file is replaced in
 * one step, and a journal says what is under way, so that a run that was killed is ended by the next one. Throws `refused`
 * and changes nothing where a person's uncommitted work is in the way, and `ChangedMeanwhile` where a file of the tree's own
 * is not what was committed of it.
 */
export function advance(system: System, repository: Repository, { from, to }: Journal, onFiles: OnFiles): Differences {
  const changes = differences(repository, from, to);
  const present = presentAt(repository, changes);
  const differing = [...changes].filter(([file, { before, after }]) => {
    const now = present.get(file);
    const isLostLog = now === undefined && mergeKindOf(file) === 'log';
    return !isLostLog && !isAt(now, before) && !isAt(now, after);
  });
  const foreign = differing
    .filter(([file]) => !isOwnPath(file) || present.get(file) === 'strange')
    .map(([file]) => file);
  if (foreign.length > 0) refuseLocal(repository, foreign);
  if (differing.length > 0) throw new ChangedMeanwhile(differing.map(([file]) => file));
  const journal = { from, to };
  writeJournal(system, repository, journal);
  for (const [file, { before, after }] of removalsFirst(changes)) {
    const now = present.get(file);
    const hasNewMode = before?.mode !== after?.mode && typeof now === 'object' && now.mode !== after?.mode;
    if (!isAt(now, after) || hasNewMode) put(system, repository, file, after, now);
  }
  settle(system, repository, journal, changes, onFiles);
  return changes;
}

/**
 * Ends what a run that was killed has begun; false when there is nothing. A file that somebody has changed since is merged
 * with what was to come, so that neither is lost.
 */
export function resume(system: System, repository: Repository, head: string | undefined, onFiles: OnFiles): boolean {
  const journal = readJournal(repository);
  if (journal === undefined) {
    if (fs.existsSync(path.join(repository.gitDir, journalName)))
      system.remove(path.join(repository.gitDir, journalName));
    return false;
  }
  if (head !== journal.from && head !== journal.to) {
    // Somebody has moved the branch by hand since: what git holds is whole, and theirs to go on from.
    system.remove(path.join(repository.gitDir, journalName));
    return false;
  }
  const changes = differences(repository, journal.from, journal.to);
  const present = presentAt(repository, changes);
  for (const [file, { before, after }] of removalsFirst(changes)) {
    const now = present.get(file);
    if (isAt(now, after) || now === 'strange') continue;
    if (isAt(now, before) || (now === undefined && before !== undefined)) put(system, repository, file, after, now);
    else if (typeof now === 'object' && after !== undefined) mergeChanged(system, repository, file, { before, after });
  }
  settle(system, repository, { from: head, to: journal.to }, changes, onFiles);
  return true;
}

function mergeChanged(
  system: System,
  repository: Repository,
  file: string,
  { before, after }: { readonly before: Entry | undefined; readonly after: Entry },
): void {
  const full = path.join(repository.tree, file);
  const ours = system.read(full);
  if (ours === undefined || file === layout.indexPage) return;
  const base = before === undefined ? undefined : smudged(repository, file, before.id);
  const theirs = smudged(repository, file, after.id);
  const merged = mergeFile(repository, file, mergeKindOf(file), { base, ours, theirs }, {});
  // Where the two cannot be one, what stands there is newer: it stays, and the other is in the branch.
  if (merged.loser === undefined && merged.conflicts.length === 0) system.write(full, merged.bytes);
}
