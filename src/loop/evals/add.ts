import path from 'node:path';
import { checkNewEvalRow, completeEvalRow, isSameParty } from '../../../seed/state/lib/eval.ts';
import type { EvalRow, EvalRowDraft } from '../../../seed/state/lib/eval.ts';
import { appendJsonRow } from '../../../seed/state/lib/log.ts';
import { findCredentials } from '../../core/credentials.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { ensureMachineId, hostName, machineIdOf, readMachineId } from '../../core/machine-id.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { readSkill } from '../../skills/read.ts';
import { readEvals } from './read-evals.ts';

/** What a person does about a problem, by the first word of it; the field's name. */
const remedies: Readonly<Record<string, string>> = {
  score: 'give it as --score 0.8; 0 is a run that failed, 1 one that could not be better',
  actor_session_id: 'name the session that did the run with --actor',
  auditor_session_id: 'name who graded it with --auditor: another session, a person, or lint:<name>@<sha12>',
  runtime: 'name the agent program of the run with --runtime, such as codex; none where a person did it',
  eval_mode: 'give it as --mode manual, auto or deterministic',
  cost_usd: 'give it as --cost 0.02, in US dollars',
  ts: 'leave it out: the time of now is taken',
  rev_id: 'leave it out: the revision of now is taken',
};

function explainProblems(problems: readonly string[]): SnappyError {
  const known = problems.flatMap((problem) => remedies[problem.split(' ')[0] ?? ''] ?? []);
  const list = problems.length === 1 ? ` ${problems[0]}` : `\n  ${problems.join('\n  ')}`;
  return new SnappyError('usage', `this run cannot be noted:${list}`, {
    hint: known.length > 0 ? [...new Set(known)].join('\n  ') : 'snappy eval add --help shows what a row takes',
  });
}

/** Throws `refused` where a text of the row holds a credential; the message has its place, never itself. */
async function refuseCredentials(row: EvalRowDraft): Promise<void> {
  for (const [key, value] of Object.entries(row)) {
    if (typeof value !== 'string') continue;
    const [found] = await findCredentials(value);
    if (found === undefined) continue;
    throw new SnappyError(
      'refused',
      `this run cannot be noted: ${key} holds a credential (${found.kind}) at character ${found.column}`,
      { hint: 'nothing was written; say it without the secret, and replace the secret if it was a real one' },
    );
  }
}

/** A skill that is gone may still be graded late, but a name that nobody ever ran is a slip. */
function refuseUnknownSkill(tree: string, skill: unknown): void {
  if (typeof skill !== 'string' || skill === '' || readSkill(tree, skill) !== undefined) return;
  if (readEvals(tree, skill).rows.length === 0) throw unknownSkill(skill);
}

/**
 * Makes a row of what a person or a program told of a graded run, and fills in the rest. Throws a `SnappyError`: `usage`
 * on a row that breaks the format, `refused` where actor and auditor are one party or a text holds a credential.
 */
export async function prepareEval(tree: string, draft: EvalRowDraft, now: Date): Promise<EvalRow> {
  refuseUnknownSkill(tree, draft['skill']);
  const { actor_session_id: actor, auditor_session_id: auditor } = draft;
  if (isSameParty(actor, auditor)) {
    throw new SnappyError('refused', `actor and auditor are the same session, ${JSON.stringify(actor)}`, {
      hint: 'nobody grades a run of their own: have another session or a person grade it, and name that one as the auditor',
    });
  }
  const row = completeEvalRow(tree, { machine_id: readMachineId(tree) ?? machineIdOf(hostName()), ...draft }, now);
  const problems = checkNewEvalRow(row);
  if (problems.length > 0) throw explainProblems(problems);
  await refuseCredentials(row);
  return row as unknown as EvalRow;
}

/** Appends a row that `prepareEval` made. Throws `failure` where the disk does not take it. */
export function appendEval(system: System, tree: string, row: EvalRow): void {
  try {
    ensureMachineId(system, tree);
    appendJsonRow(path.join(tree, layout.evals), row);
  } catch (cause) {
    throw explainDiskError(cause, 'the run was not noted; mend this, then give the command again', layout.evals);
  }
}
