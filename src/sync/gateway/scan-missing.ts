import fs from 'node:fs';
import path from 'node:path';
import type { Repo } from '../wire/names.ts';
import { inScope } from '../wire/rules.ts';
import { foldPath } from '../wire/safe-path.ts';
import type { SeenFile } from './known.ts';
import { faultOf } from './scan-fault.ts';

/** What was looked at, and what was found. */
interface Found {
  readonly root: string;
  readonly repo: Repo;
  readonly scope: 'state' | 'all';
  readonly files: ReadonlyMap<string, SeenFile>;
  readonly leftOut: readonly { readonly path: string; readonly note: boolean }[];
}

/**
 * Which of the paths that were here once are gone. Not what lies behind something that could not be looked into, and not
 * where something else stands now; but a folder that holds files which travel has taken the place of a file, and on a file
 * system that knows no case a name in other case has.
 */
export function findMissing({ root, files, leftOut, repo, scope }: Found, expected: Iterable<string>): Set<string> {
  const blocked = leftOut.filter(({ note }) => note).map((left) => `${left.path}/`);
  const missing = new Set<string>();
  let folded: Map<string, SeenFile> | undefined;
  let folders: Set<string> | undefined;
  for (const file of expected) {
    if (files.has(file) || !inScope(file, scope, repo)) continue;
    if (blocked.some((place) => `${file}/`.startsWith(place))) continue;
    let stat: fs.Stats | undefined;
    try {
      stat = fs.lstatSync(path.join(root, file), { throwIfNoEntry: false });
    } catch (cause) {
      if (faultOf(cause) !== undefined) continue;
    }
    if (stat?.isDirectory() === true) {
      folders ??= new Set([...files.keys()].flatMap((name) => foldersOf(name)));
      if (folders.has(file)) missing.add(file);
    } else if (stat === undefined) missing.add(file);
    else {
      folded ??= new Map([...files].map(([name, scanned]) => [foldPath(name), scanned]));
      if (folded.get(foldPath(file))?.ino === stat.ino) missing.add(file);
    }
  }
  return missing;
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
