import type { EditRow, EditWay } from '../../../seed/state/lib/edit.ts';
import { editId } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import type { SkillState } from '../briefs/rule.ts';
import { stateWith as bareState } from '../briefs/test-state.ts';

/** Revisions for tests, told apart at a glance. */
export const revisions = {
  a: 'aaaaaaaaaaaa',
  b: 'bbbbbbbbbbbb',
  c: 'cccccccccccc',
  d: 'dddddddddddd',
} as const;

const machine = '0123456789ab';

/** The time `minute` minutes after a fixed one; ISO 8601, UTC. */
export function at(minute: number): string {
  return new Date(Date.parse('2026-09-01T08:00:00.000Z') + minute * 60_000).toISOString();
}

let runs = 0;

/** A graded run of the skill `tool`. */
export function run(rev: string, score: number, more: Partial<EvalRow> = {}): EvalRow {
  runs += 1;
  return {
    ts: at(runs),
    skill: 'tool',
    rev_id: rev,
    run_id: `run-${runs}`,
    score,
    ok: score >= 0.5,
    actor_session_id: `actor-${runs}`,
    auditor_session_id: 'auditor',
    runtime: 'codex',
    machine_id: machine,
    eval_mode: 'auto',
    ...more,
  };
}

/** Runs with these scores, one after the other. */
export function runsOf(rev: string, scores: readonly number[], more: Partial<EvalRow> = {}): EvalRow[] {
  return scores.map((score) => run(rev, score, more));
}

/** An edit of the skill `tool` from one revision to the next. */
export function edit(
  before: string | null,
  after: string | null,
  how: EditWay = 'tool',
  more: Partial<EditRow> = {},
): EditRow {
  const identity = { ts: at(runs), skill: 'tool', machine_id: machine, before, after };
  return {
    _v: 1,
    ...identity,
    id: editId(identity),
    runtime: 'codex',
    session: 'session-1',
    how,
    changes: [],
    ...more,
  };
}

/** A feedback row of the skill `tool`. */
export function answer(
  ts: string,
  actionKind: FeedbackRow['actionKind'],
  outcome: FeedbackRow['outcome'] = 'FIXED',
): FeedbackRow {
  return { ts, slug: 'tool', what: 'done', outcome, ...(actionKind === undefined ? {} : { actionKind }) };
}

/** What a rule is given for the skill `tool`: nothing, but for what is named; after all rows of here. */
export function stateWith(more: Partial<SkillState>): SkillState {
  return bareState({ loader: '# tool\n', footerLength: 0, now: Date.parse(at(100_000)), ...more });
}

/** The same score, so many times. */
export function times(count: number, score: number): number[] {
  return Array.from({ length: count }, () => score);
}
