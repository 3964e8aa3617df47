import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMachinePath } from '../wire/machine-places.ts';
import type { Repo } from '../wire/names.ts';
import { inScope, judgePath } from '../wire/rules.ts';
import type { CompiledRules } from '../wire/rules.ts';
import { faultOfPath } from '../wire/safe-path.ts';
import { hashOfRules } from './known.ts';
import type { Known, SeenFile } from './known.ts';
import { LazyMap } from './lazy-map.ts';
import { isIn, lookAgain } from './scan-again.ts';
import type { Again } from './scan-again.ts';
import { faultOf } from './scan-fault.ts';
import { folderOf, folderSeen } from './scan-folders.ts';
import type { SeenFolder } from './scan-folders.ts';
import { findMissing } from './scan-missing.ts';
import { isAsSeen, isExecutable, isSettled, readStable } from './scan-read.ts';

/** How much of a tree is meant: `state` alone, or the contract and the sources too. */
export type Scope = 'state' | 'all';

/** The folder of a repo: the tree; or the reference library, `SNAPPY_KERNEL`, else `~/snappy-kernel`. */
export function repoRoot(repo: Repo, tree: string, env: NodeJS.ProcessEnv): string {
  if (repo === 'os') return tree;
  const named = env['SNAPPY_KERNEL'];
  return named === undefined || named === '' ? path.join(os.homedir(), 'snappy-kernel') : path.resolve(named);
}

/** A path that stays here, and why. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
  /** What a person should know of, rather than what they have asked for by a rule. */
  readonly note: boolean;
}

/** A path that nobody has decided about, or that cannot travel as it is named. */
export interface RefusedPath {
  readonly path: string;
  readonly size: number;
  readonly why: string;
  /** What to add to sync-rules.json. */
  readonly line?: string;
}

export interface Scan {
  /** By path, in the order of a manifest. */
  readonly files: ReadonlyMap<string, SeenFile>;
  readonly refused: readonly RefusedPath[];
  readonly leftOut: readonly LeftOut[];
  /** Which of the paths that were here once are gone. */
  missingOf(expected: Iterable<string>): ReadonlySet<string>;
  /** The files that had to be read. */
  readonly read: readonly string[];
  /** When it began, in milliseconds: `Known.written`. */
  readonly started: number;
  /** The folders that were looked at: with these the next look need not list them all. */
  readonly folders: ReadonlyMap<string, SeenFolder>;
  /** Whether all folders had to be listed. */
  readonly isFull: boolean;
  /** Where not all stands as it was seen: the paths that were seen there before, and those that are there now. */
  readonly anew: { readonly before: Iterable<string>; readonly now: Iterable<string> };
}

export interface ScanRequest {
  readonly repo: Repo;
  readonly scope: Scope;
  readonly rules: CompiledRules;
  readonly known: Pick<Known, 'seen' | 'written' | 'quietBy' | 'folders'>;
  /**
   * Called with each file that was read, in the order of a manifest; without bytes for one that travels by itself. They are lent
   * for the call. Where it gives a promise, no file is read until that has resolved.
   */
  readonly onRead?: (path: string, file: SeenFile, bytes: Buffer | undefined) => Promise<void> | undefined;
  /** Called before that with each piece of a file that travels by itself; once more from its beginning where it was changed meanwhile. */
  readonly onPiece?: (path: string, piece: Buffer, at: number) => void;
}

interface Walk extends ScanRequest {
  readonly root: string;
  readonly files: Map<string, SeenFile>;
  /** Whether the rules are those that all of `known.seen` was judged by. */
  readonly isJudged: boolean;
  readonly refused: RefusedPath[];
  readonly leftOut: LeftOut[];
  readonly read: string[];
  readonly folders: Map<string, SeenFolder>;
  /** Folders with something in them that does not travel. */
  readonly loose: Set<string>;
  readonly toRead: ToRead[];
}

/** A file whose content is to be looked at, and what was seen of it before. */
interface ToRead {
  readonly file: string;
  readonly stat: fs.Stats;
  readonly seen: SeenFile | undefined;
}

function leave(walk: Walk, file: string, why: string, note = true): void {
  walk.leftOut.push({ path: file, why, note });
  walk.loose.add(folderOf(file));
}

function refuse(walk: Walk, refused: RefusedPath): void {
  walk.refused.push(refused);
  walk.loose.add(folderOf(refused.path));
}

function visitFile(walk: Walk, file: string, stat: fs.Stats): void {
  const { known, rules } = walk;
  const seen = known.seen.get(file);
  const isUnchanged = seen !== undefined && isAsSeen(seen, stat) && isSettled(seen, known.written);
  if (isUnchanged && walk.isJudged) {
    keepAsSeen(walk, file, seen, stat);
    return;
  }
  if (!inScope(file, walk.scope, walk.repo)) return;
  // What was seen has been carried: its name is fit. The rules may be others by now.
  const fault = seen === undefined ? faultOfPath(file) : undefined;
  const verdict = judgePath(rules, file);
  if (verdict.verdict === 'leave') {
    leave(walk, file, verdict.why, false);
    return;
  }
  if (fault !== undefined) {
    refuse(walk, { path: file, size: stat.size, why: `its name ${fault}` });
    return;
  }
  if (verdict.verdict === 'refuse') {
    refuse(walk, { path: file, size: stat.size, why: verdict.why, line: verdict.line });
    return;
  }
  if (isUnchanged) keepAsSeen(walk, file, seen, stat);
  else walk.toRead.push({ file, stat, seen });
}

function keepAsSeen(walk: Walk, file: string, seen: SeenFile, stat: fs.Stats): void {
  const exec = isExecutable(stat, seen);
  walk.files.set(file, exec === seen.exec ? seen : { ...seen, exec });
}

function readFile(walk: Walk, { file, stat: before, seen }: ToRead): Promise<void> | undefined {
  const { onPiece } = walk;
  const given = onPiece === undefined ? undefined : (piece: Buffer, at: number): void => onPiece(file, piece, at);
  const found = readStable(`${walk.root}/${file}`, { onPiece: given, seen: before });
  if (found === undefined) {
    leave(walk, file, 'it is being written to');
    return undefined;
  }
  walk.read.push(file);
  const { stat, sha256, bytes } = found;
  const { size, mtimeMs: mtime, ctimeMs: ctime, ino } = stat;
  const scanned = { size, mtime, ctime, ino, exec: isExecutable(stat, seen), sha256 };
  walk.files.set(file, scanned);
  return walk.onRead?.(file, scanned, bytes);
}

async function readAll(walk: Walk): Promise<void> {
  for (const one of walk.toRead) {
    const taken = trying(walk, one.file, () => readFile(walk, one));
    if (taken !== undefined) await taken;
  }
}

/** Leaves out a path that the system keeps from being looked at. */
function trying<T>(walk: Walk, file: string, look: () => T): T | undefined {
  try {
    return look();
  } catch (cause) {
    const fault = faultOf(cause);
    if (fault !== undefined) leave(walk, file, fault);
    return undefined;
  }
}

function visit(walk: Walk, file: string, stat: fs.Stats): void {
  if (stat.isFile()) visitFile(walk, file, stat);
  else if (stat.isDirectory()) trying(walk, file, () => visitFolder(walk, file, stat));
  else if (!isMachinePath(file))
    leave(walk, file, stat.isSymbolicLink() ? 'it is a link, and links are not followed' : 'it is no file');
}

/** A folder's entries in the order that their paths have in a manifest: `a.md` comes before what is in `a/`. */
function listFolder(walk: Walk, folder: string): Map<string, fs.Stats> {
  const below = folder === '' ? '' : `${folder}/`;
  const stats = new Map<string, fs.Stats>();
  for (const name of fs.readdirSync(`${walk.root}/${folder}`)) {
    const file = below + name;
    const stat = statOf(walk, file);
    if (stat !== undefined) stats.set(stat.isDirectory() ? `${file}/` : file, stat);
    else if (name.includes('\ufffd')) leave(walk, file, 'its name is no UTF-8');
  }
  return new Map([...stats].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function statOf({ root }: Walk, file: string): fs.Stats | undefined {
  return fs.lstatSync(`${root}/${file}`, { throwIfNoEntry: false });
}

function visitFolder(walk: Walk, folder: string, stat: fs.Stats): void {
  if (isMachinePath(folder) || /(?:^|\/)\.git$/i.test(folder)) return;
  walk.folders.set(folder, folderSeen(stat, true));
  for (const [key, inside] of listFolder(walk, folder)) visit(walk, key.endsWith('/') ? key.slice(0, -1) : key, inside);
}

/**
 * Looks only at what may not stand as it was seen. Of a folder with something in it that does not travel that is all of it; in
 * few there may be something new, as in that of our own logs after each push.
 */
function visitAgain(walk: Walk, { folders, inside, files, unseen }: Again): void {
  for (const [folder, now] of folders) {
    walk.folders.set(folder, now);
    visitLoose(walk, folder, inside);
  }
  for (const file of [...files, ...unseen]) visitPlace(walk, file);
}

/** Lists one folder; those in it that are looked at by themselves are left to that. */
function visitLoose(walk: Walk, folder: string, others: ReadonlySet<string>): void {
  trying(walk, folder, () => {
    for (const [key, stat] of listFolder(walk, folder)) {
      const file = key.endsWith('/') ? key.slice(0, -1) : key;
      if (!stat.isDirectory() || !others.has(file)) visit(walk, file, stat);
    }
  });
}

function visitPlace(walk: Walk, place: string): void {
  trying(walk, place, () => {
    const stat = statOf(walk, place);
    if (stat !== undefined) visit(walk, place, stat);
  });
}

/** Where a scan begins; whatever else is in the folder of a tree does not travel. */
function placesOf(repo: Repo, scope: Scope): readonly string[] {
  if (repo === 'kernel') return [''];
  return scope === 'state' ? ['state'] : ['program.md', 'sources', 'state'];
}

/**
 * Looks at the files of a repo that travel: which there are, and what is in them; what did not change since it was last
 * seen is not read. Links are not followed. Changes nothing.
 */
export async function scanRepo(root: string, request: ScanRequest): Promise<Scan> {
  const started = Date.now();
  const { known, rules } = request;
  const isJudged = known.quietBy !== undefined && known.quietBy === hashOfRules(rules.rules);
  const given = { ...request, root, isJudged };
  const walk: Walk = {
    ...given,
    files: new Map(),
    refused: [],
    leftOut: [],
    read: [],
    folders: new Map(),
    loose: new Set(),
    toRead: [],
  };
  const places = placesOf(request.repo, request.scope);
  const again = isJudged ? lookAgain(root, known, places) : undefined;
  if (again === undefined) for (const place of places) visitPlace(walk, place);
  else visitAgain(walk, again);
  await readAll(walk);
  const { refused, leftOut, read } = walk;
  const all = allOf(walk, again, places);
  return {
    ...all,
    refused,
    leftOut,
    read,
    started,
    isFull: again === undefined,
    missingOf: (expected) => findMissing({ ...walk, files: all.files }, expected),
  };
}

type Entry<V> = readonly [path: string, value: V];

/** All that is there: what was looked at now, and what stands as it was seen. */
function allOf(
  walk: Walk,
  again: Again | undefined,
  places: readonly string[],
): Pick<Scan, 'files' | 'folders' | 'anew'> {
  const { known, files, loose } = walk;
  const now = [...walk.folders].map(([folder, was]): Entry<SeenFolder> => [
    folder,
    { ...was, whole: was.whole && !loose.has(folder) },
  ]);
  if (again === undefined)
    return { files: inOrder(files), folders: new Map(now), anew: { before: known.seen.keys(), now: files.keys() } };
  const stands = ([file]: Entry<unknown>): boolean => isIn(places, file) && !again.before.has(file);
  return {
    files: new LazyMap(() => inOrder(new Map([...[...known.seen].filter(stands), ...files]))),
    folders: new LazyMap(
      () => new Map([...[...(known.folders ?? [])].filter(([folder]) => isIn(places, folder)), ...now]),
    ),
    anew: { before: again.before, now: files.keys() },
  };
}

/** By path: what was looked at now comes after what stands. */
function inOrder(files: Map<string, SeenFile>): ReadonlyMap<string, SeenFile> {
  let before = '';
  for (const file of files.keys()) {
    if (file < before) return new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    before = file;
  }
  return files;
}
