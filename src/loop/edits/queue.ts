import fs from 'node:fs';
import path from 'node:path';
import { formatEditRow, readEditRow } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { appendRow, readRows } from '../../../seed/state/lib/log.ts';
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

/** Where the entry of an edit is in the queue. */
function entryPath(tree: string, { skill, id }: Pick<EditRow, 'skill' | 'id'>): string {
  return path.join(tree, layout.queue, `${skill}.${id}.edit.json`);
}

/** Puts an edit into the queue, in one step; one that is there already is left as it is. Lock held. */
export function queueEdit(system: System, tree: string, row: EditRow): void {
  const file = entryPath(tree, row);
  if (!fs.existsSync(file)) system.write(file, `${formatEditRow(row)}\n`, 0o600);
}

interface Entry {
  readonly file: string;
  readonly row: EditRow;
}

function readEntry(file: string): Entry | undefined {
  try {
    const stat = fs.lstatSync(file);
    if (!stat.isFile() || stat.size > maxEntryBytes) return undefined;
    const row = readEditRow(fs.readFileSync(file, 'utf8'));
    return row === undefined ? undefined : { file, row };
  } catch {
    return undefined;
  }
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
  const files = queueNames(tree).filter((name) => entryName.test(name));
  return files.flatMap((name) => readEntry(path.join(tree, layout.queue, name)) ?? []);
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
