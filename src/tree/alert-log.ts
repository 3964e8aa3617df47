import fs from 'node:fs';
import path from 'node:path';
import { appendRow, readRows } from '../../seed/state/lib/log.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';
import { readTail } from '../core/log-tail.ts';

/** One line of `state/log/alerts.log`: `[<ISO ts>] <cause>`. */
export interface Alert {
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly cause: string;
}

/** One alert of a cause in this time, in milliseconds: a fault that lasts is told once, not at every look. */
const quiet = 60 * 60 * 1000;

/** Bytes; a longer log keeps its end. */
const maxSize = 64 * 1024;

/** Whether a word can be a cause: `doctor-failed`. */
export function isCause(word: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(word) && word.length <= 64;
}

function parseAlert(line: string): Alert | undefined {
  const [, ts = '', cause = ''] = /^\[([^\]\s]+)\] (\S+)$/.exec(line) ?? [];
  return Number.isNaN(Date.parse(ts)) || !isCause(cause) ? undefined : { ts, cause };
}

/**
 * Notes an alert in the tree, once in an hour for one cause. Returns whether it did; `dry` only says whether it would.
 * Throws what `fs` throws.
 */
export function noteAlert(system: System, tree: string, cause: string, options: { now: Date; dry: boolean }): boolean {
  const { now, dry } = options;
  const age = ({ ts }: Alert): number => now.getTime() - Date.parse(ts);
  const known = readRows(readTail(tree, layout.alerts), parseAlert).rows;
  // A row from the future is of a clock that was set back: it must not keep alerts quiet for years.
  if (known.some((row) => row.cause === cause && age(row) >= 0 && age(row) < quiet)) return false;
  if (dry) return true;
  const file = path.join(tree, layout.alerts);
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxSize) {
    const text = readTail(tree, layout.alerts).slice(-maxSize / 2);
    system.write(file, text.slice(text.indexOf('\n') + 1));
  }
  appendRow(file, `[${now.toISOString()}] ${cause}`);
  return true;
}
