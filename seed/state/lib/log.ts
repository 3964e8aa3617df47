import fs from 'node:fs';
import path from 'node:path';

/** What a feedback row says was done; a regen brief is answered by a row with its slug and its kind. */
export const actionKinds = ['shape-ok', 'skill-ran', 'loader-rewritten', 'pattern-elevated'] as const;
export type ActionKind = (typeof actionKinds)[number];

/** One line of `state/log/loader-feedback.log`. */
export interface FeedbackRow {
  /** ISO 8601, UTC. */
  readonly ts: string;
  /** The skill's folder name. */
  readonly slug: string;
  readonly what: string;
  /** FIXED: the loader was changed. LOGGED: it could not be. */
  readonly outcome: 'FIXED' | 'LOGGED';
  /** Always there on FIXED. */
  readonly actionKind?: ActionKind;
}

// The slug is whatever can be the name of a skill's folder: one that the lint would have renamed is answered all the same.
const rowPattern =
  /^\[([^\]\s]+)\] ([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}): (.+?) \[(FIXED|LOGGED)\](?: action_kind=([a-z-]+))?\s*$/;

/** Reads `[<ISO ts>] <slug>: <what> [FIXED|LOGGED] action_kind=<kind>`; `undefined` for any other line. */
export function parseFeedbackRow(line: string): FeedbackRow | undefined {
  const match = rowPattern.exec(line);
  if (match === null) return undefined;
  const [, ts = '', slug = '', what = '', outcome, kind] = match;
  const actionKind = actionKinds.find((known) => known === kind);
  if (Number.isNaN(Date.parse(ts)) || (kind !== undefined && actionKind === undefined)) return undefined;
  if (outcome === 'FIXED') return actionKind === undefined ? undefined : { ts, slug, what, outcome, actionKind };
  return { ts, slug, what, outcome: 'LOGGED', ...(actionKind === undefined ? {} : { actionKind }) };
}

/** The row as one line without its line end. Throws a TypeError on a row that `parseFeedbackRow` would not read back. */
export function formatFeedbackRow(row: FeedbackRow): string {
  const kind = row.actionKind === undefined ? '' : ` action_kind=${row.actionKind}`;
  const line = `[${row.ts}] ${row.slug}: ${row.what.replace(/\s+/g, ' ').trim()} [${row.outcome}]${kind}`;
  if (parseFeedbackRow(line) === undefined) {
    throw new TypeError(
      `not a feedback row: ${line}; expected [<ISO ts>] <slug>: <what> [FIXED|LOGGED] action_kind=<${actionKinds.join('|')}>`,
    );
  }
  return line;
}

/** What a brief is waiting for. */
export interface Question {
  readonly skill: string;
  readonly kind: ActionKind;
  /** ISO 8601: since when there is something to answer. */
  readonly since: string;
  /** Only a FIXED row answers: to log once more that something is missing does not mend it. */
  readonly fixed?: true;
}

/**
 * The one pairing of answers and briefs: a row answers a brief that has its slug and its kind and was there before it.
 * `now` is in milliseconds since 1970: a row from the future is of a clock that was wrong, and answers nothing until then.
 */
export function isAnswer(row: FeedbackRow, question: Question, now: number): boolean {
  const at = Date.parse(row.ts);
  const asked = Date.parse(question.since);
  // A row that a shell wrote has whole seconds: it may have come at any moment of its own.
  const since = /\.\d/.test(row.ts) ? asked : Math.floor(asked / 1000) * 1000;
  const pairs = row.slug === question.skill && row.actionKind === question.kind;
  return pairs && at >= since && at <= now && (question.fixed !== true || row.outcome === 'FIXED');
}

/** What was read of a log: good rows, and how many lines were torn or somebody else's. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly skipped: number;
}

/** Reads a log line by line; `parse` answers `undefined` for a line that is none of its own. Empty lines do not count. */
export function readRows<T>(text: string, parse: (line: string) => T | undefined): Rows<T> {
  const rows: T[] = [];
  let skipped = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const row = parse(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (row === undefined) skipped++;
    else rows.push(row);
  }
  return { rows, skipped };
}

/** An ndjson line as an object; `undefined` when it is torn, or JSON of another kind. */
export function parseJsonLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Appends one row with one write, so that rows of several processes do not mix. After a torn last line it starts a new
 * one: the torn row stays lost, this one does not join it. Throws on a row with a line break, and what `fs` throws.
 */
export function appendRow(file: string, row: string): void {
  if (/[\r\n]/.test(row)) throw new TypeError('a log row is one line; it has a line break');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const fd = fs.openSync(file, 'a+');
  try {
    const { size } = fs.fstatSync(fd);
    const last = Buffer.alloc(1);
    const torn = size > 0 && fs.readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10;
    const bytes = Buffer.from(`${torn ? '\n' : ''}${row}\n`);
    // A disk that is just full takes the first part without a word; the next write then says why.
    for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at);
  } finally {
    fs.closeSync(fd);
  }
}

/** Appends an object as one ndjson line. */
export function appendJsonRow(file: string, row: object): void {
  appendRow(file, JSON.stringify(row));
}
