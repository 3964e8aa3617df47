import fs from 'node:fs';
import path from 'node:path';
import { formatEditRow, readEditRow } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { appendRow, parseJsonLine, readRows } from '../../../seed/state/lib/log.ts';
import { readPartName } from '../../core/atomic.ts';
import { readTail } from '../../core/log-tail.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { readSeen, writeSeen } from './seen.ts';

/** What is read of the history of edits at most, in bytes: some thousands of edits. */
const historyBytes = 8 * 1024 * 1024;
/** A larger entry is none of ours, in bytes: the diffs of a row have less. */
const maxEntryBytes = 4 * 1024 * 1024;

const entryName = /^.+\.[0-9a-f]{16}\.edit\.json$/;

/** Whether the hook takes a name for that of an entry, and starts a drain. */
const isDue = (name: string): boolean => name.endsWith('.edit.json') && !name.startsWith('.');

/** Where the entry of an edit is in the queue. */
function entryPath(tree: string, { skill, id }: Pick<EditRow, 'skill' | 'id'>): string {
  return path.join(tree, layout.queue, `${skill}.${id}.edit.json`);
}

interface Entry {
  readonly file: string;
  readonly row: EditRow;
}

/** The text of an entry; `undefined` for a link, a folder, and what is too long. Throws what `fs` throws. */
function readText(file: string): string | undefined {
  const stat = fs.lstatSync(file);
  return stat.isFile() && stat.size <= maxEntryBytes ? fs.readFileSync(file, 'utf8') : undefined;
}

function readEntry(file: string): Entry | undefined {
  try {
    const row = readEditRow(readText(file) ?? '');
    return row === undefined ? undefined : { file, row };
  } catch {
    return undefined;
  }
}

/** Gives an entry of the queue a name that nothing reads, and that nothing has. That name. */
function setAside(system: System, file: string): string {
  let aside = `${file}.bad`;
  for (let at = 2; fs.lstatSync(aside, { throwIfNoEntry: false }) !== undefined; at++) aside = `${file}.${at}.bad`;
  system.rename(file, aside);
  return path.basename(aside);
}

/**
 * Puts an edit into the queue, in one step; one that is there already is left as it is. What a power cut has left of one
 * is set aside: the edit is nowhere else. Lock held.
 */
export function queueEdit(system: System, tree: string, row: EditRow): void {
  const file = entryPath(tree, row);
  if (readEntry(file) !== undefined) return;
  if (fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined) setAside(system, file);
  system.write(file, `${formatEditRow(row)}\n`, 0o600);
}

function queueNames(tree: string): string[] {
  try {
    return fs.readdirSync(path.join(tree, layout.queue));
  } catch {
    return [];
  }
}

/** The entries of the queue. A file that is torn or somebody else's is left alone. */
function readQueue(tree: string): Entry[] {
  const files = queueNames(tree).filter(isDue);
  return files.flatMap((name) => readEntry(path.join(tree, layout.queue, name)) ?? []);
}

/** A file of the queue that could not be read as an edit, and got another name. */
export interface AsideEntry {
  /** Its name in the queue's folder now. */
  readonly name: string;
  /** Whether it is of a later form than ours: a newer version of this program has written it, and can read it. */
  readonly isNewer: boolean;
}

/** Why an entry cannot be read, now or ever; `undefined` for a good one, and one that only a fault of the moment hides. */
function faultOf(file: string): Pick<AsideEntry, 'isNewer'> | undefined {
  try {
    // The hook looks through links, and takes nothing but files for entries.
    if (!fs.statSync(file).isFile()) return undefined;
    const text = readText(file) ?? '';
    if (readEditRow(text) !== undefined) return undefined;
    const version = parseJsonLine(text)?.['_v'];
    return { isNewer: typeof version === 'number' && version > 1 };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? { isNewer: false } : undefined;
  }
}

/**
 * Gives each file of the queue that is no edit, torn or of a newer form the name `<name>.bad`: the hook starts a drain for
 * every entry that it sees, and one that no drain can take would start one whenever a turn stops. Lock held.
 */
export function setBadAside(system: System, tree: string): AsideEntry[] {
  return queueNames(tree)
    .filter(isDue)
    .toSorted()
    .flatMap((name) => {
      const file = path.join(tree, layout.queue, name);
      const fault = faultOf(file);
      return fault === undefined ? [] : [{ name: setAside(system, file), ...fault }];
    });
}

/** Removes what processes that were killed have left of entries: under the lock nobody writes one. */
function sweepQueue(system: System, tree: string): void {
  const halves = queueNames(tree).filter((name) => entryName.test(readPartName(name)?.name ?? ''));
  for (const name of halves) system.remove(path.join(tree, layout.queue, name));
}

function readHistory(tree: string): readonly EditRow[] {
  return readRows(readTail(tree, layout.edits, historyBytes), readEditRow).rows;
}

/** Older edits first; those of one moment by their ids, so that the order is the same on every machine. */
function byTime(a: EditRow, b: EditRow): number {
  const [one, other] = [Date.parse(a.ts), Date.parse(b.ts)];
  return one === other ? (a.id < b.id ? -1 : 1) : one - other;
}

/**
 * The edits that are known, of one skill or of all, each once, in the order of their times: the newest 8 MB of the history
 * and what is still in the queue.
 */
export function readEdits(tree: string, skill?: string): EditRow[] {
  // The queue first: a drain that runs meanwhile appends before it removes.
  const queued = readQueue(tree).map(({ row }) => row);
  const rows = new Map([...queued, ...readHistory(tree)].map((row) => [row.id, row]));
  return [...rows.values()].filter((row) => skill === undefined || row.skill === skill).toSorted(byTime);
}

/**
 * Moves the queue into the history, oldest first, and gives the edits that are new there. Each is appended before its
 * entry is removed: a drain that was cut off is ended by the next one. Lock held.
 */
export function drainQueue(system: System, tree: string): EditRow[] {
  const { seen } = readSeen(tree);
  for (const row of seen.pending) queueEdit(system, tree, row);
  const entries = readQueue(tree).toSorted((a, b) => byTime(a.row, b.row));
  const known = entries.length === 0 ? new Set() : new Set(readHistory(tree).map(({ id }) => id));
  const drained: EditRow[] = [];
  for (const { file, row } of entries) {
    if (!known.has(row.id)) {
      appendRow(path.join(tree, layout.edits), formatEditRow(row));
      drained.push(row);
    }
    system.remove(file);
  }
  sweepQueue(system, tree);
  if (seen.pending.length > 0) writeSeen(system, tree, { ...seen, pending: [] });
  return drained;
}
