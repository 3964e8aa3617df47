import { createHash } from 'node:crypto';
import { parseJsonLine } from './log.ts';
import { isSkillName } from './revision.ts';

/**
 * How an edit of a skill came to our eyes. `tool`: the agent's own edit tool said so. `watched`: the runtime saw the file
 * change. `found`: it was there when a session started or stopped. `drain`: a brief was worked off in the background.
 * `revert`: a revision was put back. `merge`: lines that a late write had lost were put back.
 */
export const editWays = ['tool', 'watched', 'found', 'drain', 'revert', 'merge'] as const;
export type EditWay = (typeof editWays)[number];

/** What changed in one file of a skill. */
export interface EditChange {
  /** Relative to the skill's folder, with forward slashes. */
  readonly file: string;
  /** Lines as a unified diff has them: ` `, `+` or `-` before each, `@@` before a hunk. `null` for what is no text, or too long. */
  readonly diff: string | null;
}

/** One edit of one skill: an entry of `state/log/regen-queue/` until it is drained, then a line of `state/log/edits.ndjson`. */
export interface EditRow {
  readonly _v: 1;
  /** 16 hex digits; one edit has one id, on every machine. */
  readonly id: string;
  /** When it was noticed: ISO 8601, UTC. */
  readonly ts: string;
  readonly skill: string;
  readonly machine_id: string;
  /** The runtime whose hook noticed it; `none` for a person's own command. */
  readonly runtime: string;
  /** That runtime's session; '' where none is known. For `found` it is the session that saw the edit, not its author. */
  readonly session: string;
  readonly how: EditWay;
  /** Revisions; `null` where the skill came into being, or is gone. */
  readonly before: string | null;
  readonly after: string | null;
  readonly changes: readonly EditChange[];
}

/** What the id of an edit is made of. */
export type EditIdentity = Pick<EditRow, 'ts' | 'skill' | 'machine_id' | 'before' | 'after'>;

/** The id of an edit: the same edit has the same one wherever and however often it is written down. */
export function editId({ ts, skill, machine_id, before, after }: EditIdentity): string {
  return createHash('sha256')
    .update([ts, skill, machine_id, before ?? '', after ?? ''].join('\0'))
    .digest('hex')
    .slice(0, 16);
}

const isRevision = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && /^[0-9a-f]{12}$/.test(value));
const isText =
  (longest: number) =>
  (value: unknown): boolean =>
    typeof value === 'string' && value.length <= longest;

const fields: Readonly<Record<keyof EditRow, (value: unknown) => boolean>> = {
  _v: (value) => value === 1,
  id: (value) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value),
  ts: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
  skill: (value) => typeof value === 'string' && isSkillName(value),
  machine_id: isText(64),
  runtime: isText(64),
  session: isText(256),
  how: (value) => editWays.some((way) => way === value),
  before: isRevision,
  after: isRevision,
  changes: (value) => Array.isArray(value) && value.every(isChange),
};

function isChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { file, diff } = value as Record<string, unknown>;
  return isText(1024)(file) && (diff === null || typeof diff === 'string');
}

/** An edit from a line of `edits.ndjson` or the text of a queue entry; `undefined` for anything else. Keys of others are dropped. */
export function readEditRow(text: string): EditRow | undefined {
  const row = parseJsonLine(text);
  if (row === undefined) return undefined;
  const entries = Object.entries(fields);
  if (!entries.every(([key, isRight]) => isRight(row[key]))) return undefined;
  return Object.fromEntries(entries.map(([key]) => [key, row[key]])) as unknown as EditRow;
}

/** The edit as one line without its line end. */
export function formatEditRow(row: EditRow): string {
  return JSON.stringify(row);
}

/** The lines that a diff adds and those that it takes away, without their marks. */
export function changedLines(diff: string | null): {
  readonly added: readonly string[];
  readonly removed: readonly string[];
} {
  const lines = diff === null ? [] : diff.split('\n');
  const marked = (mark: string): string[] =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(1).replace(/\r$/, ''));
  return { added: marked('+'), removed: marked('-') };
}
