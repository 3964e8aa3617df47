import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { isAnswer } from '../../../seed/state/lib/log.ts';
import type { ActionKind, FeedbackRow, Question } from '../../../seed/state/lib/log.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import type { Found } from './rule.ts';

const file = `${layout.queue}/.seen.json`;
const schema = z.object({ _v: z.literal(1), skills: z.record(z.string(), z.record(z.string(), z.iso.datetime())) });

/** When each finding was first seen by a drain, by its id: of one skill. ISO 8601, UTC. */
export type FirstSeen = Readonly<Record<string, string>>;

/** The id of a finding: what tells it apart from others of its skill, short. */
export function foundId({ rule, key }: Pick<Found, 'rule' | 'key'>): string {
  return createHash('sha256').update(`${rule}\0${key}`).digest('hex').slice(0, 16);
}

/**
 * Reads when the findings of each skill were first seen. Nothing is known where the file is missing or torn: a finding that
 * was answered and still holds is then asked about once more.
 */
export function readFirstSeen(tree: string): ReadonlyMap<string, FirstSeen> {
  try {
    const { skills } = schema.parse(JSON.parse(fs.readFileSync(path.join(tree, file), 'utf8')));
    return new Map(Object.entries(skills));
  } catch {
    return new Map();
  }
}

/** Writes them, in one step; skills without findings are left out. Lock held. */
export function writeFirstSeen(system: System, tree: string, seen: ReadonlyMap<string, FirstSeen>): void {
  const skills = [...seen]
    .filter(([, times]) => Object.keys(times).length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (skills.length === 0 && !fs.existsSync(path.join(tree, file))) return;
  system.write(path.join(tree, file), `${JSON.stringify({ _v: 1, skills: Object.fromEntries(skills) })}\n`);
}

/** What first sight depends on, besides what was known. */
export interface Sight {
  readonly skill: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly feedback: readonly FeedbackRow[];
  readonly edits: readonly EditRow[];
}

const secondOf = (ts: string): number => Math.floor(Date.parse(ts) / 1000);

/** What a finding waits for. */
export function questionOf({ fixed }: Found, question: Omit<Question, 'fixed'>): Question {
  return fixed === undefined ? question : { ...question, fixed };
}

/**
 * The moment from which a finding waits for an answer, where it was not known before: now, but after the feedback rows of
 * this second that are there already. Those were no answer to what nobody had been asked; one that has no milliseconds
 * may be of its very end.
 */
function momentOf({ now, feedback }: Sight): string {
  const second = Math.floor(now / 1000);
  const taken = feedback
    .filter(({ ts }) => secondOf(ts) === second)
    .map(({ ts }) => (/\.\d/.test(ts) ? Date.parse(ts) + 1 : (second + 1) * 1000));
  return new Date(Math.max(now, ...taken)).toISOString();
}

/**
 * Whether what is in the text was answered, and is there still after a later edit: it is asked about anew. Where it may
 * stay, a row that says "kept" has settled that.
 */
function isStillThere(one: Found, question: Question, { now, feedback, edits }: Sight): boolean {
  const answers = feedback.filter((row) => isAnswer(row, question, now));
  const isKept = one.mayStay === true && answers.some(({ what }) => /^kept\b/i.test(what));
  if (answers.length === 0 || isKept) return false;
  const last = Math.max(...answers.map(({ ts }) => secondOf(ts)));
  return edits.some(({ ts }) => secondOf(ts) > last && Date.parse(ts) <= now);
}

/** First sight of each finding of a skill: what was known, but for times that a clock which was wrong has put ahead. */
export function seeFound(
  found: readonly { readonly one: Found; readonly kind: ActionKind }[],
  known: FirstSeen,
  sight: Sight,
): FirstSeen {
  const fresh = momentOf(sight);
  const entries = found.map(({ one, kind }) => {
    const id = foundId(one);
    const before = known[id];
    const isKnown = before !== undefined && Date.parse(before) <= sight.now + 1000;
    const isRenewed =
      isKnown &&
      one.since === undefined &&
      isStillThere(one, questionOf(one, { skill: sight.skill, kind, since: before }), sight);
    return [id, isKnown && !isRenewed ? before : fresh] as const;
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
