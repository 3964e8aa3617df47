import fs from 'node:fs';
import type { Known } from './known.ts';
import { eachFile, eachFolder } from './known-seen.ts';
import { folderOf, folderSeen, isAsListed } from './scan-folders.ts';
import type { SeenFolder } from './scan-folders.ts';
import { isAsSeen, isExecutable, isSettled } from './scan-read.ts';

/** What of a tree is to be looked at anew. The rest stands as it was seen. */
export interface Again {
  /** Folders to be listed, as they look now. */
  readonly folders: ReadonlyMap<string, SeenFolder>;
  /** Folders in these which were seen, and are looked at by themselves. */
  readonly inside: ReadonlySet<string>;
  /** Files in other folders: changed or gone, or changed about when they were seen. */
  readonly files: readonly string[];
  /** Places that are no folder that was seen: to be looked at as if for the first time. */
  readonly unseen: ReadonlySet<string>;
  /** The paths that were seen in any of these. */
  readonly before: ReadonlySet<string>;
}

const orNothing = { throwIfNoEntry: false } as const;

/** Whether a path lies at or below one of some places; `''` is the root. */
export function isIn(places: readonly string[], path: string): boolean {
  return places.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}

/** So many folders that have changed are listed at each look; more are worth a walk, after which the look is remembered. */
const fewChanged = 50;

/** The tree is to be walked: many folders have changed, or one is gone or another. */
class Walk extends Error {}

/** What a look is held against. */
type Seen = Pick<Known, 'seen' | 'written'> & { readonly folders: NonNullable<Known['folders']> };

/**
 * The folders that are to be listed: those that may have other entries by now, and those with something in them that does
 * not travel, as that is to be told of.
 */
function foldersToList(root: string, { folders, written }: Seen, places: readonly string[]): Map<string, SeenFolder> {
  const toList = new Map<string, SeenFolder>();
  let changed = 0;
  eachFolder(folders, (folder, was) => {
    if (!isIn(places, folder)) return;
    const stat = fs.lstatSync(`${root}/${folder}`, orNothing);
    if (isAsListed(was, stat, written)) {
      if (!was.whole) toList.set(folder, { ...was });
      return;
    }
    if (stat?.isDirectory() !== true || stat.ino !== was.ino || changed === fewChanged) throw new Walk();
    changed += 1;
    toList.set(folder, folderSeen(stat, true));
  });
  return toList;
}

/** As `lookAgain`; throws `Walk`, or what the system says of a folder that cannot be looked into. */
function compare(root: string, known: Seen, places: readonly string[]): Again {
  const toList = foldersToList(root, known, places);
  const inside = new Set<string>();
  const unseen = new Set(places);
  eachFolder(known.folders, (folder) => {
    unseen.delete(folder);
    if (toList.has(folderOf(folder))) inside.add(folder);
  });
  const files: string[] = [];
  const before = new Set<string>();
  eachFile(known.seen, (file, was) => {
    if (!isIn(places, file)) return;
    if (toList.has(folderOf(file)) || unseen.has(file)) {
      before.add(file);
      return;
    }
    const stat = fs.lstatSync(`${root}/${file}`, orNothing);
    const isSame = stat?.isFile() === true && isAsSeen(was, stat) && isExecutable(stat, was) === was.exec;
    if (isSame && isSettled(was, known.written)) return;
    before.add(file);
    files.push(file);
  });
  return { folders: toList, inside, files, unseen, before };
}

/**
 * Looks at what was seen of a tree, without listing the folders that have the entries they had. `undefined` where nothing is
 * known of folders, or the tree has to be walked. Changes nothing.
 */
export function lookAgain(
  root: string,
  { seen, folders, written }: Pick<Known, 'seen' | 'folders' | 'written'>,
  places: readonly string[],
): Again | undefined {
  if (folders === undefined || folders.size === 0) return undefined;
  try {
    return compare(root, { seen, folders, written }, places);
  } catch (cause) {
    // A walk says of what cannot be looked into what is wrong with it.
    if (cause instanceof Walk || (cause as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw cause;
  }
}
