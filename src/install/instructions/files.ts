import fs from 'node:fs';
import path from 'node:path';
import type { System } from '../../core/system.ts';
import type { InstructionFile, Runtime } from '../../runtimes/row.ts';
import { entryAt, eventualPath } from './eventual-path.ts';
import type { InstructionEntry } from './record.ts';

/** What of a runtime's row matters here. */
export interface InstructionRow extends Pick<Runtime, 'id' | 'name' | 'context'> {
  /** Absolute, or relative to the home folder and to the project. */
  readonly instructions: {
    readonly user: readonly InstructionFile[];
    readonly project: readonly InstructionFile[];
    readonly hints?: readonly string[];
  };
}

/** Whose files of instructions are planned, and from what. All paths are absolute. */
export interface InstructionRequest {
  /** Links resolved. */
  readonly tree: string;
  readonly home: string;
  /** The project whose files are meant; absent: those of the user. */
  readonly project?: string | undefined;
  /** Where Claude Code keeps the user's CLAUDE.md. */
  readonly claudeFolder: string;
  /** The runtimes that are asked for. */
  readonly runtimes: readonly InstructionRow[];
  /** Every runtime there is: the record names some of them that are not asked for now. */
  readonly table: readonly InstructionRow[];
  /** What the record says, of all files. */
  readonly entries: readonly InstructionEntry[];
  /** The folder in the tree for the copies of this run. */
  readonly backups: string;
}

/** One runtime's reading of one file. */
export interface Use {
  readonly row: InstructionRow;
  readonly spec: InstructionFile;
  /** The file it really reads, by its real path. */
  readonly file: string;
  /** Whether it comes to that file by a link. */
  readonly linked: boolean;
  /** Files it would read in other circumstances: a block of ours there is left over. */
  readonly unread: readonly string[];
}

export type Limit = NonNullable<InstructionFile['limit']>;

const exists = (file: string): boolean => entryAt(file) !== undefined;

/** A file as a person writes it: below `~` or as it is, with `/` on every system. */
export function shownPath(file: string, home: string): string {
  const inside = path.relative(home, file);
  const short = inside === '' || inside.startsWith('..') || path.isAbsolute(inside) ? file : path.join('~', inside);
  return short.split(path.sep).join('/');
}

function hasText(system: System, file: string): boolean {
  try {
    return (system.read(file)?.toString('utf8') ?? '').trim() !== '';
  } catch {
    return false;
  }
}

/** Which file of a pair is read: the one that takes the other's place counts only when something is in it. */
function useOf(system: System, row: InstructionRow, spec: InstructionFile, root: string): Use | undefined {
  const file = path.resolve(root, spec.file);
  const instead = spec.insteadOf === undefined ? undefined : path.resolve(root, spec.insteadOf);
  const read = instead !== undefined && hasText(system, instead) ? instead : file;
  if (spec.ifThere === true && !exists(read)) return undefined;
  const unread = [file, ...(instead === undefined ? [] : [instead])].filter((other) => other !== read);
  const linked = entryAt(read)?.isSymbolicLink() === true;
  return { row, spec, file: eventualPath(read), linked, unread: unread.map(eventualPath) };
}

/** What the runtimes read of the user, or of a project. */
export function usesOf(
  system: System,
  rows: readonly InstructionRow[],
  place: { readonly home: string; readonly project?: string | undefined },
): readonly Use[] {
  return rows.flatMap((row) => {
    const specs = place.project === undefined ? row.instructions.user : row.instructions.project;
    const root = place.project ?? place.home;
    return specs.flatMap((spec) => useOf(system, row, spec, root) ?? []);
  });
}

/** The folders from a repository's root to above `project`; none where it is the root itself or in no repository. */
function foldersAbove(project: string): string[] {
  const above: string[] = [];
  for (let dir = project; ; dir = path.dirname(dir)) {
    if (exists(path.join(dir, '.git'))) return above.map((folder) => path.dirname(folder));
    if (dir === path.dirname(dir)) return [];
    above.push(dir);
  }
}

function sizeOf(file: string): number {
  try {
    return fs.statSync(file).size;
  } catch {
    return 0;
  }
}

/** How much of a limit that several files share is used up by the others. */
export function usedElsewhere(system: System, use: Use, request: InstructionRequest): number {
  const { project, home } = request;
  const { limit } = use.spec;
  if (limit?.together !== true || project === undefined) return 0;
  const above = foldersAbove(project).flatMap((dir) => usesOf(system, [use.row], { home, project: dir }));
  const files = new Set(above.map(({ file }) => file));
  files.delete(use.file);
  return [...files].reduce((sum, file) => sum + sizeOf(file), 0);
}

/** The size of a text in the unit of a limit; characters are UTF-16 code units, as runtimes count. */
export function sizeIn(unit: Limit['unit'], text: string): number {
  return unit === 'bytes' ? Buffer.byteLength(text) : text.length;
}
