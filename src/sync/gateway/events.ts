import path from 'node:path';
import { appendRow } from '../../../seed/state/lib/log.ts';
import { formatSyncEvent } from '../../../seed/state/lib/sync-event.ts';
import type { SyncEvent } from '../../../seed/state/lib/sync-event.ts';
import { readMachineId } from '../../core/machine-id.ts';
import { layout } from '../../core/paths.ts';

/** What a machine is called where a tree has no id of one. */
const nameless = 'unknown';

/** The id of this machine as a gateway and a log are told. */
export function machineIdFor(tree: string): string {
  return readMachineId(tree) ?? nameless;
}

/** Adds the row of one push or pull to the tree's `state/log/sync-events.ndjson`. Throws what `fs` throws. */
export function recordEvent(tree: string, event: Omit<SyncEvent, 'ts' | 'machine_id'>): void {
  const row: SyncEvent = { ts: new Date().toISOString(), ...event, machine_id: machineIdFor(tree) };
  appendRow(path.join(tree, layout.syncEvents), formatSyncEvent(row));
}
