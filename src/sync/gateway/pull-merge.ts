import fs from 'node:fs';
import path from 'node:path';
import type { MergeOptions } from '../../core/merge/markdown.ts';
import { layout } from '../../core/paths.ts';
import { conflictFile, formatConflicts, unknownMachine } from '../../loop/conflicts.ts';
import type { ConflictPart } from '../../loop/conflicts.ts';
import { copyOfLoser, mergeFile, noSkill, wholeFileConflict } from '../files/merge-file.ts';
import type { Versions } from '../files/merge-file.ts';
import { mergeKindOf, pathInSkill, skillOf } from '../files/own-paths.ts';
import { readLineHistory } from '../git/line-history.ts';
import type { LineHistory } from '../git/line-history.ts';
import { findBase } from './base-content.ts';
import type { BaseContents } from './base-content.ts';
import { sha256 } from './fetch-pull-codec.ts';
import type { Decision } from './plan-pull.ts';
import { isSameStamp, stampOf } from './pull-local.ts';
import type { LocalFile, LocalTree } from './pull-local.ts';
import type { Draft } from './pull-draft.ts';

type Put = Extract<Decision, { act: 'put' }>;

/** What merges are made of, and where their outcome goes. */
export interface MergeWorld {
  readonly root: string;
  readonly local: LocalTree;
  readonly contents: BaseContents;
  readonly draft: Draft;
}

/** A file as it stands now, read while it stands still; `undefined` where none does. */
function readNow(full: string): { readonly bytes: Buffer; readonly file: LocalFile } | undefined {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = fs.lstatSync(full, { throwIfNoEntry: false });
    if (before?.isFile() !== true) return undefined;
    const bytes = fs.readFileSync(full);
    const after = fs.lstatSync(full, { throwIfNoEntry: false });
    if (after === undefined || !isSameStamp(stampOf(before), stampOf(after))) continue;
    const exec = (after.mode & 0o100) !== 0;
    return { bytes, file: { kind: 'file', sha256: sha256(bytes), exec, stamp: stampOf(after) } };
  }
  return undefined;
}

/** Merges what several sides have changed, and keeps what could not be put into one file where a person finds it. */
class PathMerges {
  readonly conflicts = new Set<string>();
  private readonly world: MergeWorld;
  private readonly parts = new Map<string, { skill: string; machine: string; parts: ConflictPart[] }>();
  private history: LineHistory | undefined;

  constructor(world: MergeWorld) {
    this.world = world;
  }

  /** Merges one path. Gives why it is for the next pull, where it is: what is here does not stand still, or what loses has no place. */
  async merge(file: string, put: Put): Promise<string | undefined> {
    const { root, contents, draft } = this.world;
    const now = put.here === undefined ? undefined : readNow(path.join(root, file));
    if (put.here !== undefined && now === undefined) return 'somebody is at work on it just now';
    let bytes = put.start === 'here' ? now?.bytes : contents.staging.kept(put.start.theirs.sha256);
    if (bytes === undefined) throw new Error(`no content of ${file} to merge with`);
    for (const { base, theirs } of put.merges) {
      const incoming = contents.staging.kept(theirs.sha256);
      if (incoming === undefined) throw new Error(`no content of ${file} to be merged in`);
      const began = base === undefined ? undefined : await findBase(contents, base, [bytes, incoming]);
      bytes = this.mergeVersions(file, { base: began, ours: bytes, theirs: incoming });
      if (bytes === undefined)
        return `what cannot be merged of it has no place: something is in the way in ${layout.conflicts}`;
    }
    draft.put(file, bytes, { here: now?.file, exec: put.exec });
    return undefined;
  }

  /** The merged content; `undefined`, and nothing is kept, where there is no room for what loses. */
  private mergeVersions(file: string, versions: Versions): Buffer | undefined {
    const skill = skillOf(file) ?? noSkill;
    const options: MergeOptions = { order: (unit) => this.lines().timeOf(skill, unit) };
    const { bytes, conflicts, loser } = mergeFile(file, mergeKindOf(file), versions, options);
    const copy = loser === undefined ? undefined : copyOfLoser(file, loser.bytes);
    // The page is made from the skills: it is written anew, and has no lines of anybody's own to lose.
    const parts = (file === layout.indexPage ? [] : conflicts).map((conflict) => {
      const machine = this.lines().machineOf(skill, conflict.lost) ?? unknownMachine;
      return { machine, conflict };
    });
    if (copy !== undefined) parts.push({ machine: unknownMachine, conflict: wholeFileConflict(file, copy) });
    const places = parts.map(({ machine }) => conflictFile(skill, machine));
    if (![...places, ...(copy === undefined ? [] : [copy])].every((place) => this.world.draft.hasRoomFor(place)))
      return undefined;
    if (loser !== undefined && copy !== undefined) this.world.draft.putAnew(copy, loser.bytes);
    for (const { machine, conflict } of parts) this.keepPart(file, machine, { file: pathInSkill(file), conflict });
    return bytes;
  }

  /** Who wrote which line, by the edits that are told of here and in what comes. */
  private lines(): LineHistory {
    if (this.history !== undefined) return this.history;
    const { root, draft } = this.world;
    const here = readNow(path.join(root, layout.edits))?.bytes;
    const texts = [here, draft.contentOf(layout.edits)].flatMap((bytes) => bytes?.toString('utf8') ?? []);
    this.history = readLineHistory(...texts);
    return this.history;
  }

  private keepPart(file: string, machine: string, part: ConflictPart): void {
    this.conflicts.add(file);
    const skill = skillOf(file) ?? noSkill;
    const key = `${skill}/${machine}`;
    const known = this.parts.get(key) ?? { skill, machine, parts: [] };
    known.parts.push(part);
    this.parts.set(key, known);
  }

  /** What has lost, in words, beside the skills: added to what is there, or comes. */
  writeParts(): void {
    const { root, draft } = this.world;
    for (const { skill, machine, parts } of this.parts.values()) {
      const file = conflictFile(skill, machine);
      const before = draft.contentOf(file) ?? readNow(path.join(root, file))?.bytes;
      const text = before?.toString('utf8') ?? '';
      const after = formatConflicts(text, skill, machine, parts);
      if (after !== text) draft.putAnew(file, Buffer.from(after, 'utf8'));
    }
  }
}

/** What the merges of a pull came to. */
export interface Merged {
  /** Paths of which something lost and is kept among the conflicts. */
  readonly conflicts: ReadonlySet<string>;
  /** Paths that stay as they are until the next pull, and why. */
  readonly waiting: ReadonlyMap<string, string>;
}

/** Makes the merges of a plan, into its draft. Asks the gateway for what they begin with. */
export async function mergePaths(world: MergeWorld, puts: ReadonlyMap<string, Put>): Promise<Merged> {
  const merges = new PathMerges(world);
  const waiting = new Map<string, string>();
  for (const [file, put] of puts) {
    const why = await merges.merge(file, put);
    if (why !== undefined) waiting.set(file, why);
  }
  merges.writeParts();
  return { conflicts: merges.conflicts, waiting };
}
