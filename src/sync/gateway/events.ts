import path from 'node:path';
import { appendRow } from '../../../seed/state/lib/log.ts';
import { formatSyncEvent } from '../../../seed/state/lib/sync-event.ts';
import type { SyncEvent } from '../../../seed/state/lib/sync-event.ts';
import { ensureMachineId } from '../../core/machine-id.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';

/**
 * Writes down that a repo was pushed or pulled, in `state/log/sync-events.ndjson`. Of what changed nothing there is no row:
 * the log travels itself, and two machines would tell each other of nothing for ever. Throws as `appendRow`.
 */
export function recordEvent(tree: string, event: Omit<SyncEvent, 'ts' | 'machine_id'>): void {
  const row = { ts: new Date().toISOString(), machine_id: ensureMachineId(realSystem(), tree), ...event };
  appendRow(path.join(tree, layout.syncEvents), formatSyncEvent(row));
}
