import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { findOwnTree } from './env.ts';
import { auditedSince, checkEvalRow } from './eval-row.ts';
import type { EvalRow } from './eval-row.ts';
import { appendRow } from './log.ts';
import { skillRevision } from './revision.ts';
import { evalModes } from './skill.ts';

export { auditedSince, checkEvalRow, isSameParty, readEvalRow } from './eval-row.ts';
export type { EvalRow } from './eval-row.ts';

/** Every key of a row, in the order in which they are written; for text, how many characters it may have. */
const keys: Readonly<Record<keyof EvalRow, number | undefined>> = {
  ts: 32,
  skill: 128,
  rev_id: 12,
  run_id: 200,
  score: undefined,
  ok: undefined,
  actor_session_id: 200,
  auditor_session_id: 200,
  runtime: 64,
  machine_id: 64,
  eval_mode: 64,
  primary_issue: 300,
  artifact: 1024,
  cost_usd: undefined,
};

/** A row that is still to be written; what is missing and has a default is filled in. */
export type NewEvalRow = Pick<EvalRow, 'skill' | 'score' | 'actor_session_id' | 'auditor_session_id' | 'runtime'> &
  Partial<EvalRow>;

/** What is told of a row, before anybody has looked whether it is one. */
export type EvalRowDraft = Readonly<Record<string, unknown>>;

function checkText(key: string, value: unknown, most: number): string[] {
  if (typeof value !== 'string') return [];
  const length = [...value].length;
  return [
    ...(length > most ? [`${key} has ${length} characters; at most ${most}`] : []),
    // Also marks that cannot be seen: with one of them two names of one session would look alike and differ.
    ...(/[\p{C}\u2028\u2029]/u.test(value) ? [`${key} has a line break or another character that is not shown`] : []),
  ];
}

/** Stricter than `checkEvalRow`, for what is written today: no unknown key, bounded text of one line each, a time in UTC. */
export function checkNewEvalRow(row: EvalRowDraft): string[] {
  const unknown = Object.keys(row).filter((key) => !Object.hasOwn(keys, key));
  const { ts, eval_mode: mode } = row;
  const isUtc = typeof ts !== 'string' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(ts);
  const isOld = typeof ts === 'string' && Date.parse(ts) < Date.parse(auditedSince);
  return [
    ...unknown.map((key) => `the key ${JSON.stringify(key.slice(0, 64))} is none of ${Object.keys(keys).join(', ')}`),
    ...checkEvalRow(row),
    ...(isUtc ? [] : ['ts is not a UTC time such as 2026-11-21T09:30:00Z']),
    ...(isOld ? [`ts is older than ${auditedSince}; only rows of today are written`] : []),
    ...(typeof mode === 'string' && mode !== '' && !evalModes.some((known) => known === mode)
      ? [`eval_mode is none of ${evalModes.join(', ')}`]
      : []),
    ...Object.entries(keys).flatMap(([key, most]) => (most === undefined ? [] : checkText(key, row[key], most))),
  ];
}

/** The row as one line without its line end. Throws a TypeError that lists every problem of a row that may not be written. */
export function formatEvalRow(row: EvalRow): string {
  const problems = checkNewEvalRow({ ...row });
  if (problems.length > 0) throw new TypeError(`not an eval row: ${problems.join('; ')}`);
  return JSON.stringify(row);
}

function cachedMachineId(tree: string): string | undefined {
  try {
    const text = fs.readFileSync(path.join(tree, 'state/log/.machine_id'), 'utf8').trim();
    return /^[0-9a-f]{12}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A draft with its defaults: the time of now, the skill's revision of now, a new run id, this machine, eval_mode manual,
 * ok from a score of 0.5 on. Keys are in the order of the format; unknown ones come last, for `checkNewEvalRow` to name.
 */
export function completeEvalRow(tree: string, draft: EvalRowDraft, now: Date): EvalRowDraft {
  const { skill, score } = draft;
  const defaults: EvalRowDraft = {
    ts: now.toISOString(),
    rev_id: typeof skill === 'string' ? skillRevision(tree, skill) : undefined,
    run_id: randomUUID(),
    ok: typeof score === 'number' ? score >= 0.5 : undefined,
    machine_id: cachedMachineId(tree),
    eval_mode: 'manual',
  };
  const names = [...new Set([...Object.keys(keys), ...Object.keys(draft)])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = draft[name] ?? (Object.hasOwn(defaults, name) ? defaults[name] : undefined);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Appends one graded run to a tree's `state/log/evals.ndjson` and returns the row as it was written. `tree` is by default
 * the one this module lies in. Throws a TypeError that lists every problem of a row that may not be written (the same
 * party as actor and auditor, a score outside 0..1, an unknown key …), an Error where there is no tree, and what `fs` throws.
 */
export function logEval(row: NewEvalRow, options: { readonly tree?: string; readonly now?: Date } = {}): EvalRow {
  const tree = options.tree ?? findOwnTree();
  if (tree === undefined) throw new Error('there is no tree above state/lib/eval.ts: name it as options.tree');
  // `formatEvalRow` refuses what is not one.
  const whole = completeEvalRow(tree, { ...row }, options.now ?? new Date()) as unknown as EvalRow;
  appendRow(path.join(tree, 'state/log/evals.ndjson'), formatEvalRow(whole));
  return whole;
}
