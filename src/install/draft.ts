import type { Change } from '../core/system.ts';
import { missingFolders } from './folders.ts';
import type { InstallTarget } from './record.ts';

/** What would be done to one file of a runtime. */
export interface Draft {
  readonly changes: readonly Change[];
  /** What the record shall say of this file; `undefined` takes it out. */
  readonly target: InstallTarget | undefined;
  /** The bytes to keep a copy of, where there were any and they are changed. */
  readonly before: Buffer | undefined;
  readonly notes: readonly string[];
}

/** Where the present bytes of a file are kept: the tree, and the place of the copy in it, absolute. */
export interface Keep {
  readonly tree: string;
  readonly copy: string;
}

/** A file that is as it should be, and of which nothing is recorded. */
export const nothing: Draft = { changes: [], target: undefined, before: undefined, notes: [] };

/** The change that gives a file these bytes; none where it has them. */
export function writeChange(file: string, before: Buffer | undefined, after: Buffer): Change[] {
  return before?.equals(after) === true ? [] : [{ kind: 'write', path: file, before, after, mode: undefined }];
}

/** What stays the same in each entry of the record: whether the file is ours to remove, and the folders above it. */
export function remember(file: string, before: Buffer | undefined, known: InstallTarget | undefined): InstallTarget {
  return {
    file,
    created: before === undefined || known?.created === true,
    folders: [...new Set([...(known?.folders ?? []), ...missingFolders(file)])],
  };
}
