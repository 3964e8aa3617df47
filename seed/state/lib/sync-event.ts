import { parseJsonLine } from './log.ts';

/** One push or pull of one repo: a line of `state/log/sync-events.ndjson`. */
export interface SyncEvent {
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly op: 'push' | 'pull';
  readonly repo: 'os' | 'kernel';
  readonly scope: 'state' | 'all';
  /** Files that were sent, or brought in. */
  readonly files: number;
  /** Of their contents. */
  readonly bytes: number;
  /** The newest revision that was seen, of whatever tier. */
  readonly rev: number;
  readonly machine_id: string;
  readonly ok: boolean;
  /** The revision of each tier, where there was an answer: `{"private": 3, "public": 12}`. */
  readonly tiers?: Readonly<Record<string, number>>;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isOneOf =
  (...known: readonly string[]) =>
  (value: unknown): boolean =>
    known.some((word) => word === value);

const fields: Readonly<Record<keyof SyncEvent, (value: unknown) => boolean>> = {
  ts: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
  op: isOneOf('push', 'pull'),
  repo: isOneOf('os', 'kernel'),
  scope: isOneOf('state', 'all'),
  files: isCount,
  bytes: isCount,
  rev: isCount,
  machine_id: (value) => typeof value === 'string' && value.length <= 64,
  ok: (value) => typeof value === 'boolean',
  tiers: (value) => value === undefined || isRevisions(value),
};

function isRevisions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([tier, rev]) => tier.length <= 64 && isCount(rev));
}

/** An event from a line of the log; `undefined` for anything else. Keys of others are dropped. */
export function readSyncEvent(line: string): SyncEvent | undefined {
  const row = parseJsonLine(line);
  if (row === undefined) return undefined;
  const entries = Object.entries(fields);
  if (!entries.every(([key, isRight]) => isRight(row[key]))) return undefined;
  const known = entries.map(([key]) => [key, row[key]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as unknown as SyncEvent;
}

/** The event as one line without its line end. Throws a TypeError on one that `readSyncEvent` would not read back. */
export function formatSyncEvent(event: SyncEvent): string {
  const line = JSON.stringify(event);
  if (readSyncEvent(line) === undefined) throw new TypeError(`not a sync event: ${line}`);
  return line;
}
