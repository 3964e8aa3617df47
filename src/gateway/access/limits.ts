import type { Home, SqlValue, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import { defaultLimits } from './limit-table.ts';
import type { AccessLimits } from './limit-table.ts';

const minute = 60_000;
/** Names that are told apart within a minute; who comes after them shares one count. */
const namesAtMost = 50_000;

/** How long a window of each counter in the ledger is, in milliseconds. */
const windows = { failed: 15 * minute, bytes: 1_440 * minute, files: 1_440 * minute } as const;
export type CounterKind = keyof typeof windows;

/** The limits of a gateway: what its operator has set, else the defaults. */
export function limitsOf({ config }: Pick<Home, 'config'>): AccessLimits {
  return { ...defaultLimits, ...config.limits };
}

function windowOf(kind: CounterKind, now: Date): string {
  return new Date(Math.floor(now.getTime() / windows[kind]) * windows[kind]).toISOString();
}

/** Adds `n` to a counter: failed keys of an address, bytes or files of a tenant. For a batch, as part of what is counted. */
export function countStatement(home: Pick<Home, 'platform'>, kind: CounterKind, whose: string, n = 1): Statement {
  const values: SqlValue[] = [`${kind}:${whose}`, windowOf(kind, home.platform.now()), n];
  return {
    sql: 'INSERT INTO counters (name, window, n) VALUES (?, ?, ?) ON CONFLICT (name, window) DO UPDATE SET n = n + excluded.n',
    values,
  };
}

/** What a counter says now, as an expression of SQL; NULL where nothing was counted. `whose` is a value, or a column. */
export function counterNow(kind: CounterKind, whose: { value: string } | { column: string }, now: Date): Statement {
  const window = windowOf(kind, now);
  return 'value' in whose
    ? { sql: '(SELECT n FROM counters WHERE name = ? AND window = ?)', values: [`${kind}:${whose.value}`, window] }
    : { sql: `(SELECT n FROM counters WHERE name = '${kind}:' || ${whose.column} AND window = ?)`, values: [window] };
}

/** Counters whose window is over for all kinds of them: nobody asks for these any more. */
export function forgetCounters(now: Date): Statement {
  const oldest = new Date(now.getTime() - 2 * windows.bytes).toISOString();
  return { sql: 'DELETE FROM counters WHERE window < ?', values: [oldest] };
}

/** 429, with the seconds after which it may be asked again. RFC 6585 4, RFC 9110 10.2.3. */
export function tooMany(detail: string, seconds: number): GatewayProblem {
  return new GatewayProblem('too_many', `${detail}; try again in ${seconds} s`, {
    headers: { 'retry-after': String(seconds) },
    more: { retry_after: seconds },
  });
}

/** The seconds until a window that is `length` milliseconds long is over. */
export function secondsLeft(length: number, now: Date): number {
  return Math.max(1, Math.ceil((length - (now.getTime() % length)) / 1_000));
}

/** 429 because of a counter in the ledger. */
export function overCounter(kind: CounterKind, detail: string, now: Date): GatewayProblem {
  return tooMany(detail, secondsLeft(windows[kind], now));
}

/** Throws 429 where `address` had too many keys or codes that were not right. */
export function refuseGuessing(failed: number, limits: AccessLimits, now: Date): void {
  if (failed < limits.failedKeys) return;
  throw overCounter('failed', 'too many keys or invites from this address were not right', now);
}

export interface RequestLimiter {
  /** Counts a request, or `n` of something else, and throws 429 when `atMost` of this name were there in this minute. */
  count(name: string, atMost: number, now: Date, amount?: { readonly n: number; readonly of: string }): void;
}

/** Counts requests by the minute, in the memory of this process: bounded, and exact enough for what goes wild. */
export function makeRequestLimiter(): RequestLimiter {
  let current = 0;
  const counts = new Map<string, number>();
  return {
    count(name, atMost, now, { n: added, of } = { n: 1, of: 'requests' }) {
      const at = Math.floor(now.getTime() / minute);
      if (at !== current) {
        current = at;
        counts.clear();
      }
      const key = counts.has(name) || counts.size < namesAtMost ? name : 'others';
      const n = (counts.get(key) ?? 0) + added;
      counts.set(key, n);
      if (n > atMost) throw tooMany(`more than ${atMost} ${of} a minute`, secondsLeft(minute, now));
    },
  };
}
