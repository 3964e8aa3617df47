import fs from 'node:fs';
import path from 'node:path';
import { isBelow } from '../../core/paths.ts';
import { missingFolders } from '../folders.ts';
import { entryAt, realPath, targetOf } from './paths.ts';

/** One name in a folder of skills. */
export interface RootEntry {
  /** For a link: where it leads, absolute; nothing need be there. */
  readonly target?: string;
  readonly isFolder: boolean;
}

/** What stands where a runtime looks for skills. */
export type RootState =
  | { readonly kind: 'absent'; readonly missing: readonly string[] }
  /** `real` differs from the root's own path where the user keeps the folder elsewhere and links to it. */
  | { readonly kind: 'folder'; readonly real: string; readonly entries: Map<string, RootEntry> }
  /** The root as a whole is a link to `target`: to a tree's skills, or to what a recorded tree's skills were. */
  | { readonly kind: 'whole'; readonly target: string }
  | { readonly kind: 'unusable'; readonly why: string };

function leadsToFolder(file: string): boolean {
  const real = realPath(file);
  return real !== undefined && fs.statSync(real).isDirectory();
}

/** The folders that would have to be made for `dir`, outermost first, `dir` last. `undefined` where a file is in the way. */
function foldersToMake(dir: string): string[] | undefined {
  const missing = [...missingFolders(dir), dir];
  // A link that leads nowhere is missing, too, but no folder can be made there.
  const isFree = missing.every((at) => entryAt(at) === undefined);
  return isFree && leadsToFolder(path.dirname(missing[0] ?? dir)) ? missing : undefined;
}

function readEntries(root: string): Map<string, RootEntry> {
  return new Map(
    fs.readdirSync(root, { withFileTypes: true }).map((entry): [string, RootEntry] => {
      const isFolder = entry.isDirectory();
      if (!entry.isSymbolicLink()) return [entry.name, { isFolder }];
      const link = path.join(root, entry.name);
      return [entry.name, { target: targetOf(link, fs.readlinkSync(link)), isFolder }];
    }),
  );
}

/**
 * Looks at a root and changes nothing. `tree` and `skills` are absolute, links resolved; `recorded` is what the links of
 * an earlier install led to, which is somewhere else when the tree has moved since.
 */
export function readRoot(root: string, tree: string, skills: string, recorded = skills): RootState {
  try {
    return lookAt(root, tree, skills, recorded);
  } catch (cause) {
    return {
      kind: 'unusable',
      why: `${root} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    };
  }
}

function lookAt(root: string, tree: string, skills: string, recorded: string): RootState {
  const entry = entryAt(root);
  if (entry === undefined) {
    const missing = foldersToMake(root);
    return missing === undefined
      ? { kind: 'unusable', why: `${root} cannot be made: a part of its path is not a folder` }
      : { kind: 'absent', missing };
  }
  if (entry.isSymbolicLink()) {
    const target = targetOf(root, fs.readlinkSync(root));
    if (target === recorded || realPath(root) === skills) return { kind: 'whole', target };
  }
  const real = realPath(root);
  if (real === undefined) return { kind: 'unusable', why: `${root} is a link that leads nowhere` };
  if (!fs.statSync(real).isDirectory()) return { kind: 'unusable', why: `${root} is not a folder` };
  // Links in there would become parts of the tree, and of its skills.
  if (real === tree || isBelow(real, tree))
    return { kind: 'unusable', why: `${root} leads into the tree, to ${real}, which is not its folder of skills` };
  return { kind: 'folder', real, entries: readEntries(real) };
}

/** The folder that links would be made in, where it may not be written to; `isWhole` for one link as the root itself. */
export function lockedFolder(root: string, state: RootState, isWhole: boolean): string | undefined {
  const [first = root] = state.kind === 'absent' ? state.missing : [];
  const dir = state.kind === 'folder' && !isWhole ? state.real : path.dirname(first);
  try {
    fs.accessSync(dir, fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch {
    return dir;
  }
}
