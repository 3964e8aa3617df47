import fs from 'node:fs';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { git, gitBytes, quiet } from '../../core/git.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { unknownMachine, writeConflict } from '../../loop/conflicts.ts';
import { addedLines } from './added-lines.ts';
import { differences, setInIndex } from './entries.ts';
import type { Differences, Entry } from './entries.ts';
import { readBlob } from './git-calls.ts';
import { copyOfLoser, mergeFile, noSkill, wholeFileConflict } from '../files/merge-file.ts';
import type { MergedFile } from '../files/merge-file.ts';
import { maxFileBytes, moveBranch } from './own-commit.ts';
import { isOwnPath, mergeKindOf, pathInSkill, skillOf } from '../files/own-paths.ts';
import type { Repository } from './repository.ts';
import {
  ChangedMeanwhile,
  confirmBytes,
  confirmStanding,
  isAt,
  isRepository,
  presentAt,
  readStanding,
} from './standing.ts';
import type { Present } from './standing.ts';

/** Where it is written down that files are being brought forward, in git's folder. */
const journalName = 'snappy-sync.json';

/** Bytes of a blob as they stand in the work tree, for the line ends and filters that the person has set. */
function smudged(repository: Repository, file: string, id: string): Buffer {
  const bytes = gitBytes(repository.tree, ['cat-file', '--filters', `--path=${file}`, id], { settings: quiet });
  return bytes ?? readBlob(repository, id);
}

/** Makes the folder of another repository, as git does; what belongs into it is for `git submodule` to fetch. */
function putRepository(system: System, repository: Repository, file: string, present: Present): void {
  const full = path.join(repository.tree, file);
  confirmStanding(repository, file, present);
  if (present !== undefined) system.remove(full);
  system.mkdir(full);
}

function take(system: System, repository: Repository, file: string, before: Entry | undefined, present: Present): void {
  const full = path.join(repository.tree, file);
  if (isRepository(before)) system.rmdir(full);
  else {
    confirmStanding(repository, file, present);
    system.remove(full);
  }
  for (let folder = path.dirname(full); folder !== repository.tree; folder = path.dirname(folder)) {
    // A skill that is gone leaves no empty folder; one that holds something of the person's stays.
    if (!fs.existsSync(folder) || fs.readdirSync(folder).length > 0) break;
    system.rmdir(folder);
  }
}

const isLink = (one: Present | Entry): boolean => typeof one === 'object' && one.mode === '120000';

/** Puts what a change brings in the place of what was seen there; throws `ChangedMeanwhile` where something else stands now. */
function put(
  system: System,
  repository: Repository,
  file: string,
  { before, after }: { readonly before: Entry | undefined; readonly after: Entry | undefined },
  present: Present,
): void {
  if (after === undefined) return take(system, repository, file, before, present);
  if (isRepository(after)) return putRepository(system, repository, file, present);
  const full = path.join(repository.tree, file);
  // All that takes time comes before the last look.
  const bytes = isLink(after) ? readBlob(repository, after.id) : smudged(repository, file, after.id);
  // The empty folder of a repository, or of files that were taken away just now.
  if (present === undefined) system.rmdir(full);
  if (isLink(after) || isLink(present)) {
    confirmStanding(repository, file, present);
    system.remove(full);
  }
  if (isLink(after)) return system.symlink(bytes.toString('utf8'), full);
  const known = typeof present === 'object' && present.mode === after.mode;
  const mode = known || isLink(present) ? undefined : after.mode === '100755' ? 0o755 : 0o644;
  const expected = isLink(present) ? undefined : present;
  return system.write(full, bytes, mode, () => confirmStanding(repository, file, expected));
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

/** How often an edit may be followed by another one while it is merged. */
const joinAttempts = 5;

/** Keeps beside the skills what could not be put into one file with an edit that somebody has made just now. */
function keepApart(system: System, { tree }: Repository, file: string, merged: MergedFile, theirs: Buffer): void {
  const skill = skillOf(file) ?? noSkill;
  let parts = merged.conflicts.map((conflict) => ({ file: pathInSkill(file), conflict }));
  if (merged.loser !== undefined) {
    const copy = copyOfLoser(file, theirs);
    system.write(path.join(tree, copy), theirs);
    parts = [{ file: pathInSkill(file), conflict: wholeFileConflict(file, copy) }];
  }
  if (parts.length > 0) writeConflict(system, tree, skill, unknownMachine, parts);
}

/**
 * Merges a file that somebody has changed since it was looked at with what was to come. The edit always stays: in one file
 * with the other version, or where the two cannot be one, with the other kept among the conflicts.
 */
function join(
  system: System,
  repository: Repository,
  file: string,
  { before, after }: { readonly before: Entry | undefined; readonly after: Entry | undefined },
): void {
  // What was taken away there and changed here stays, and so does what is no file: both are committed, or named, next time.
  if (after === undefined || !after.mode.startsWith('100') || file === layout.indexPage) return;
  const base = before?.mode.startsWith('100') === true ? smudged(repository, file, before.id) : undefined;
  const theirs = smudged(repository, file, after.id);
  for (let attempt = 0; attempt < joinAttempts; attempt++) {
    const ours = readStanding(repository, file);
    if (ours === undefined) return;
    const merged = mergeFile(file, mergeKindOf(file), { base, ours, theirs }, {});
    try {
      if (isOwnPath(file)) keepApart(system, repository, file, merged, theirs);
      if (merged.loser === undefined) {
        const full = path.join(repository.tree, file);
        system.write(full, merged.bytes, undefined, () => confirmBytes(repository, file, ours));
      }
      return;
    } catch (cause) {
      if (!(cause instanceof ChangedMeanwhile)) throw cause;
    }
  }
}

/** Brings each file to what it is to be; the files of which somebody has made something else meanwhile. */
function bringForward(
  system: System,
  repository: Repository,
  changes: Differences,
  present: ReadonlyMap<string, Present>,
): ReadonlySet<string> {
  const joined = new Set<string>();
  for (const [file, change] of removalsFirst(changes)) {
    const { before, after } = change;
    const now = present.get(file);
    const hasNewMode = before?.mode !== after?.mode && typeof now === 'object' && now.mode !== after?.mode;
    if (now === 'strange' || (isAt(now, after) && !hasNewMode)) continue;
    try {
      if (now !== undefined && !isAt(now, before) && !isAt(now, after)) throw new ChangedMeanwhile([file]);
      put(system, repository, file, change, now);
    } catch (cause) {
      if (!(cause instanceof ChangedMeanwhile)) throw cause;
      joined.add(file);
      join(system, repository, file, change);
    }
  }
  return joined;
}

/**
 * What follows once the files are there: those who look at them are told (of a skill that somebody is at work on they are
 * not: that is an edit), then index, branch, and the end of the journal.
 */
function settle(
  system: System,
  repository: Repository,
  { from, to }: Journal,
  { changes, joined, onFiles }: { changes: Differences; joined: ReadonlySet<string>; onFiles: OnFiles },
): void {
  const edited = new Set([...joined].map(skillOf));
  onFiles(new Map([...changes].filter(([file]) => !edited.has(skillOf(file)))));
  setInIndex(
    repository,
    [...changes].map(([file, { after }]) => [file, after] as const),
  );
  moveBranch(repository, to, from);
  system.remove(path.join(repository.gitDir, journalName));
  git(repository.tree, ['update-index', '-q', '--refresh'], { settings: quiet });
}

/** Whether a file of the tree's own is one that no sync commits for its size: it stays as it is, and stops nothing. */
function isTooLarge({ tree }: Repository, file: string): boolean {
  const stat = isOwnPath(file) ? fs.lstatSync(path.join(tree, file), { throwIfNoEntry: false }) : undefined;
  return stat?.isFile() === true && stat.size > maxFileBytes;
}

/** What is appended to a log at most, in bytes of git's output. */
const maxRows = 64 * 1024 * 1024;

/** Gives a log that is too large to be merged the rows that come: a row that it lacked would be gone once it is small again. */
function appendRows(
  repository: Repository,
  file: string,
  { before, after }: { readonly before: Entry | undefined; readonly after: Entry | undefined },
): void {
  const rows =
    before === undefined || after === undefined ? [] : (addedLines(repository, before.id, after.id, maxRows) ?? []);
  // On lines of their own: the last row may be torn.
  const text = rows.map((row) => `\n${row.text}`).join('');
  if (text !== '') fs.appendFileSync(path.join(repository.tree, file), `${text}\n`, 'latin1');
}

/**
 * Brings the files, the index and the branch from the commit `from`, which is checked out, to `to`. Each file is replaced in
 * one step, and a journal says what is under way, so that a run that was killed is ended by the next one. Throws `refused`
 * and changes nothing where a person's uncommitted work is in the way, and `ChangedMeanwhile` where a file of the tree's own
 * is not what was committed of it. What somebody saves after that is merged with what was to come.
 */
export function advance(system: System, repository: Repository, { from, to }: Journal, onFiles: OnFiles): Differences {
  const changes = differences(repository, from, to);
  const present = presentAt(repository, changes);
  const differing = [...changes].filter(([file, { before, after }]) => {
    const now = present.get(file);
    const isLost = now === undefined && (mergeKindOf(file) === 'log' || isRepository(before));
    return !isLost && !isAt(now, before) && !isAt(now, after);
  });
  const open = differing.filter(([file]) => !isTooLarge(repository, file));
  const large = differing.filter(([file]) => isTooLarge(repository, file));
  for (const [file] of large) present.set(file, 'strange');
  const foreign = open.filter(([file]) => !isOwnPath(file) || present.get(file) === 'strange').map(([file]) => file);
  if (foreign.length > 0) refuseLocal(repository, foreign);
  if (open.length > 0) throw new ChangedMeanwhile(open.map(([file]) => file));
  const journal = { from, to };
  writeJournal(system, repository, journal);
  for (const [file, change] of large) if (mergeKindOf(file) === 'log') appendRows(repository, file, change);
  const joined = bringForward(system, repository, changes, present);
  settle(system, repository, journal, { changes, joined, onFiles });
  return changes;
}

/**
 * Ends what a run that was killed has begun; false when there is nothing. A file that somebody has changed since is merged
 * with what was to come, so that neither is lost.
 */
export function resume(system: System, repository: Repository, head: string | undefined, onFiles: OnFiles): boolean {
  const journal = readJournal(repository);
  if (journal === undefined || (head !== journal.from && head !== journal.to)) {
    // Torn, or somebody has moved the branch by hand since: what git holds is whole, and theirs to go on from.
    system.remove(path.join(repository.gitDir, journalName));
    return false;
  }
  const changes = differences(repository, journal.from, journal.to);
  const joined = bringForward(system, repository, changes, presentAt(repository, changes));
  settle(system, repository, { from: head, to: journal.to }, { changes, joined, onFiles });
  return true;
}
