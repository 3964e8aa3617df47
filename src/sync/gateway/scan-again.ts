import fs from 'node:fs';
import type { Known } from './known.ts';
import { eachStat } from './known-seen.ts';
import { folderOf, folderSeen, isAsListed } from './scan-folders.ts';
import type { SeenFolder } from './scan-folders.ts';
import { isAsSeen, isExecutable, isSettled } from './scan-read.ts';

/** What of a tree is to be looked at anew. The rest stands as it was seen. */
export interface Again {
  /** Folders to be listed, as they look now. */
  readonly folders: ReadonlyMap<string, SeenFolder>;
  /** Files in other folders: changed or gone, or changed about when they were seen. */
  readonly files: readonly string[];
  /** The paths that were seen in these folders, and those files. */
  readonly before: ReadonlySet<string>;
}

const orNothing = { throwIfNoEntry: false } as const;

/** Whether a path lies at or below one of some places; `''` is the root. */
export function isIn(places: readonly string[], path: string): boolean {
  return places.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}

/** So many folders that have changed are listed at each look; more are worth a walk, after which the look is remembered. */
const fewChanged = 50;

/**
 * The folders that are to be listed: those that may have other entries by now, and those with something in them that does
 * not travel, as that is to be told of. `undefined` where many have changed, or one is gone or another.
 */
function foldersToList(
  root: string,
  folders: ReadonlyMap<string, SeenFolder>,
  { places, written }: { readonly places: readonly string[]; readonly written: number },
): Map<string, SeenFolder> | undefined {
  const toList = new Map<string, SeenFolder>();
  let changed = 0;
  for (const [folder, was] of folders) {
    if (!isIn(places, folder)) continue;
    const stat = fs.lstatSync(`${root}/${folder}`, orNothing);
    if (isAsListed(was, stat, written)) {
      if (!was.whole) toList.set(folder, was);
      continue;
    }
    if (stat?.isDirectory() !== true || stat.ino !== was.ino || changed === fewChanged) return undefined;
    changed += 1;
    toList.set(folder, folderSeen(stat, true));
  }
  return toList;
}

/** As `lookAgain`; throws what the system says of a folder that cannot be looked into. */
function compare(
  root: string,
  known: Pick<Known, 'seen' | 'folders' | 'written'>,
  places: readonly string[],
): Again | undefined {
  const { seen, folders = new Map<string, SeenFolder>(), written } = known;
  const toList = foldersToList(root, folders, { places, written });
  if (toList === undefined) return undefined;
  const files: string[] = [];
  const before = new Set<string>();
  eachStat(seen, (file, was) => {
    if (!isIn(places, file)) return;
    const folder = folderOf(file);
    if (toList.has(folder) || !folders.has(folder)) {
      before.add(file);
      return;
    }
    const stat = fs.lstatSync(`${root}/${file}`, orNothing);
    const isSame = stat?.isFile() === true && isAsSeen(was, stat) && isExecutable(stat, was) === was.exec;
    if (isSame && isSettled(was, written)) return;
    before.add(file);
    files.push(file);
  });
  return { folders: toList, files, before };
}

/**
 * Looks at what was seen of a tree, without listing the folders that have the entries they had. `undefined` where nothing is
 * known of folders, or the tree has to be walked. Changes nothing.
 */
export function lookAgain(
  root: string,
  known: Pick<Known, 'seen' | 'folders' | 'written'>,
  places: readonly string[],
): Again | undefined {
  if (known.folders === undefined || known.folders.size === 0) return undefined;
  try {
    return compare(root, known, places);
  } catch (cause) {
    // A walk says of what cannot be looked into what is wrong with it.
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    return undefined;
  }
}
