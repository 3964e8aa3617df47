import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import type { MergeOptions } from '../../core/merge/markdown.ts';
import { layout } from '../../core/paths.ts';
import { conflictFile, formatConflicts, unknownMachine } from '../../loop/conflicts.ts';
import type { ConflictPart } from '../../loop/conflicts.ts';
import { differences, entriesOf, isSameEntry } from './entries.ts';
import type { Differences, Entry } from './entries.ts';
import { blobSize, readBlob, writeBlob } from './git-calls.ts';
import { checkIncoming } from './incoming.ts';
import { readLineHistory } from './line-history.ts';
import type { LineHistory } from './line-history.ts';
import { copyOfLoser, mergeFile, noSkill, wholeFileConflict } from '../files/merge-file.ts';
import { isOwnPath, mergeKindOf, pathInSkill, skillOf } from '../files/own-paths.ts';
import type { Repository } from './repository.ts';
import { withIndex } from './temporary-index.ts';

/** Two trees made one. Git's objects are written, and nothing else. */
export interface MergedTrees {
  readonly tree: string;
  /** Files that both sides had changed. */
  readonly merged: readonly string[];
  /** Files with lines, or as a whole, that lost against another version and are kept under `state/regen/conflicts`. */
  readonly conflicts: readonly string[];
}

/** A file larger than this is merged by choosing one version whole, without a look into it, in bytes. */
const maxReadBytes = 128 * 1024 * 1024;

type Side = 'ours' | 'theirs';

/** What is merged: commits or trees. */
export interface MergeSides {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** What `theirs` has changed since `base`. */
  readonly incoming: Differences;
}

class TreeMerge {
  readonly merged: string[] = [];
  readonly conflicts = new Set<string>();
  private readonly repository: Repository;
  private readonly changes: Readonly<Record<Side, Differences>>;
  private readonly files: Map<string, Entry>;
  private readonly history: () => LineHistory;
  private readonly parts = new Map<string, { skill: string; machine: string; parts: ConflictPart[] }>();

  constructor(repository: Repository, { base, ours, theirs, incoming }: MergeSides, files: ReadonlyMap<string, Entry>) {
    this.repository = repository;
    this.changes = { ours: differences(repository, base, ours), theirs: incoming };
    this.files = new Map(files);
    let history: LineHistory | undefined;
    this.history = () => (history ??= this.readHistory(entriesOf(repository, theirs)));
  }

  run(): ReadonlyMap<string, Entry> {
    const revived = { ours: this.revivedSkills('ours'), theirs: this.revivedSkills('theirs') };
    for (const [file, { before, after }] of this.changes.theirs) {
      const own = this.changes.ours.get(file);
      const entry = own === undefined ? after : this.mergeEntries(file, before, own.after, after);
      this.set(file, entry);
    }
    for (const [side, entries] of Object.entries(revived)) {
      for (const [file, entry] of entries) if (!this.files.has(file) || side === 'theirs') this.set(file, entry);
    }
    this.settleFolders();
    for (const { skill, machine, parts } of this.parts.values()) this.writeParts(skill, machine, parts);
    return this.files;
  }

  private set(file: string, entry: Entry | undefined): void {
    if (entry === undefined) this.files.delete(file);
    else this.files.set(file, entry);
  }

  private readHistory(theirs: ReadonlyMap<string, Entry>): LineHistory {
    const texts = [this.files, theirs].flatMap((files) => {
      const entry = files.get(layout.edits);
      const isRead = entry !== undefined && blobSize(this.repository, entry.id) <= maxReadBytes;
      return isRead ? [readBlob(this.repository, entry.id).toString('utf8')] : [];
    });
    return readLineHistory(...texts);
  }

  /**
   * Files that a side has taken away with a whole skill, of which the other side has changed something: a loader without its
   * SKILL.md is no skill, so all of it stays.
   */
  private revivedSkills(side: Side): Map<string, Entry> {
    const other = this.changes[side === 'ours' ? 'theirs' : 'ours'];
    const gone = [...this.changes[side]].filter(([, { after }]) => after === undefined);
    const isGone = (skill: string): boolean => gone.some(([file]) => file === `${layout.skills}/${skill}/SKILL.md`);
    const changed = new Set(
      [...other].flatMap(([file, { after }]) => (after === undefined ? [] : (skillOf(file) ?? []))),
    );
    const entries = new Map<string, Entry>();
    for (const [file, { before }] of gone) {
      const skill = skillOf(file);
      if (skill === undefined || before === undefined || !changed.has(skill) || !isGone(skill)) continue;
      if (!other.has(file)) entries.set(file, before);
    }
    return entries;
  }

  /** One file that both sides have changed. What one has removed and the other changed stays. */
  private mergeEntries(
    file: string,
    base: Entry | undefined,
    ours: Entry | undefined,
    theirs: Entry | undefined,
  ): Entry | undefined {
    if (isSameEntry(ours, theirs) || theirs === undefined) return ours;
    if (ours === undefined) return theirs;
    const isFile = (entry: Entry): boolean => entry.mode.startsWith('100');
    if (!isFile(ours) || !isFile(theirs)) {
      this.refuseForeign(file);
      return ours.id > theirs.id ? ours : theirs;
    }
    const mode =
      ours.mode === base?.mode
        ? theirs.mode
        : theirs.mode === base?.mode || ours.mode > theirs.mode
          ? ours.mode
          : theirs.mode;
    if (ours.id === theirs.id) return { mode, id: ours.id };
    if (ours.id === base?.id) return { mode, id: theirs.id };
    if (theirs.id === base?.id) return { mode, id: ours.id };
    this.merged.push(file);
    return { mode, id: this.mergeBlobs(file, base, ours, theirs) };
  }

  private mergeBlobs(file: string, base: Entry | undefined, ours: Entry, theirs: Entry): string {
    if ([ours, theirs].some(({ id }) => blobSize(this.repository, id) > maxReadBytes)) {
      const [kept, lost] = ours.id > theirs.id ? [ours.id, theirs.id] : [theirs.id, ours.id];
      this.keepLoser(file, copyOfLoser(file, lost), lost);
      return kept;
    }
    const skill = skillOf(file) ?? noSkill;
    const options: MergeOptions = { order: (unit) => this.history().timeOf(skill, unit) };
    const read = (entry: Entry): Buffer => readBlob(this.repository, entry.id);
    const versions = {
      base: base?.mode.startsWith('100') === true ? read(base) : undefined,
      ours: read(ours),
      theirs: read(theirs),
    };
    const { bytes, conflicts, loser } = mergeFile(file, mergeKindOf(file), versions, options);
    // The page is made from the skills: it is written anew, and has no lines of anybody's own to lose.
    for (const conflict of file === layout.indexPage ? [] : conflicts) {
      const machine = this.history().machineOf(skill, conflict.lost) ?? unknownMachine;
      this.keepPart(file, machine, { file: pathInSkill(file), conflict });
    }
    if (loser !== undefined)
      this.keepLoser(file, copyOfLoser(file, loser.bytes), writeBlob(this.repository, loser.bytes));
    return writeBlob(this.repository, bytes);
  }

  private keepPart(file: string, machine: string, part: ConflictPart): void {
    this.conflicts.add(file);
    const skill = skillOf(file) ?? noSkill;
    const key = `${skill}/${machine}`;
    const known = this.parts.get(key) ?? { skill, machine, parts: [] };
    known.parts.push(part);
    this.parts.set(key, known);
  }

  /** Keeps a version that could not be merged, whole, under a name of its own, and says so. */
  private keepLoser(file: string, copy: string, id: string): void {
    this.refuseForeign(file);
    this.files.set(copy, { mode: '100644', id });
    this.keepPart(file, unknownMachine, { file: pathInSkill(file), conflict: wholeFileConflict(file, copy) });
  }

  /** A person's own files are theirs to merge. */
  private refuseForeign(file: string): void {
    if (isOwnPath(file)) return;
    const { tree, remote, remoteBranch } = this.repository;
    throw new SnappyError(
      'refused',
      `${file} was changed here and at the remote, in the same lines, and it is none of the tree's own files`,
      {
        hint: `merge by hand: git -C ${tree} merge ${remote}/${remoteBranch}; then run this again`,
      },
    );
  }

  /** Where one side has a file and the other a folder of that name, the file gets another name. */
  private settleFolders(): void {
    for (const file of this.files.keys()) {
      for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) {
        const entry = this.files.get(folder);
        if (entry === undefined) continue;
        this.files.delete(folder);
        this.files.set(`${folder}.${entry.id.slice(0, 12)}`, entry);
        this.conflicts.add(folder);
      }
    }
  }

  private writeParts(skill: string, machine: string, parts: readonly ConflictPart[]): void {
    const file = conflictFile(skill, machine);
    const entry = this.files.get(file);
    const before = entry === undefined ? '' : readBlob(this.repository, entry.id).toString('utf8');
    const after = formatConflicts(before, skill, machine, parts);
    this.files.set(file, { mode: '100644', id: writeBlob(this.repository, Buffer.from(after, 'utf8')) });
  }
}

/**
 * Merges two sides that both began as `base`, without a work tree. Throws `refused` on files of the remote that
 * must not be written here, and where a person's own files want a person.
 */
export function mergeTrees(repository: Repository, sides: MergeSides): MergedTrees {
  const current = entriesOf(repository, sides.ours);
  const merge = new TreeMerge(repository, sides, current);
  const files = merge.run();
  const changes = new Map<string, { before: Entry | undefined; after: Entry | undefined }>();
  for (const file of new Set([...current.keys(), ...files.keys()])) {
    const [before, after] = [current.get(file), files.get(file)];
    if (!isSameEntry(before, after)) changes.set(file, { before, after });
  }
  checkIncoming(changes, files, (id) => readBlob(repository, id).toString('utf8'));
  const tree = withIndex(repository, sides.ours, (index) => {
    index.set([...changes].map(([file, { after }]) => [file, after] as const));
    return index.writeTree();
  });
  return { tree, merged: merge.merged, conflicts: [...merge.conflicts] };
}
