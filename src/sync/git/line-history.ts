import { changedLines, readEditRow } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { readRows } from '../../../seed/state/lib/log.ts';

/** Who has written a line of a skill, and when, by the history of edits. */
export interface LineHistory {
  /** Milliseconds since 1970; 0 for a line that no edit has brought. */
  timeOf(skill: string, unit: string): number;
  /** The machine of the newest edit that has brought it. */
  machineOf(skill: string, unit: string): string | undefined;
}

/** A line of a skill; what number it had in its list says nothing. */
function keyOf(skill: string, line: string): string {
  return `${skill}\n${line.trim().replace(/^\d+(?=[.)]\s)/, '')}`;
}

/** What is read of the history at most, in characters. */
const maxHistory = 8 * 1024 * 1024;

/**
 * The history of lines from texts of `edits.ndjson`, of one machine or of several. A unit of several lines is as new as
 * the newest of them. Of two edits at one time the one with the greater id counts, so that all machines agree.
 */
export function readLineHistory(...histories: readonly string[]): LineHistory {
  const newest = new Map<string, Pick<EditRow, 'ts' | 'id' | 'machine_id'>>();
  const rows = histories.flatMap((text) => readRows(text.slice(-maxHistory), readEditRow).rows);
  const isNewer = (a: Pick<EditRow, 'ts' | 'id'>, b: Pick<EditRow, 'ts' | 'id'>): boolean =>
    Date.parse(a.ts) === Date.parse(b.ts) ? a.id > b.id : Date.parse(a.ts) > Date.parse(b.ts);
  for (const { skill, ts, id, machine_id, changes } of rows) {
    for (const line of changes.flatMap(({ diff }) => changedLines(diff).added)) {
      const key = keyOf(skill, line);
      const known = newest.get(key);
      if (known === undefined || isNewer({ ts, id }, known)) newest.set(key, { ts, id, machine_id });
    }
  }
  const find = (skill: string, unit: string): Pick<EditRow, 'ts' | 'id' | 'machine_id'> | undefined => {
    const found = unit.split('\n').flatMap((line) => newest.get(keyOf(skill, line)) ?? []);
    return found.toSorted((a, b) => (isNewer(a, b) ? -1 : 1))[0];
  };
  return {
    timeOf: (skill, unit) => Date.parse(find(skill, unit)?.ts ?? '') || 0,
    machineOf: (skill, unit) => find(skill, unit)?.machine_id,
  };
}
