import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { EvalRow, EvalRowDraft } from '../../../seed/state/lib/eval.ts';
import type { Criterion } from '../../../seed/state/lib/rubric.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { dispatchProgram } from '../../loop/dispatch.ts';
import { appendEval, prepareEval } from '../../loop/evals/add.ts';
import { runChecks } from '../../loop/evals/checks.ts';
import { mainIssue, planGrading, scoreOf, worthOf } from '../../loop/evals/grading.ts';
import type { Answer, Grading } from '../../loop/evals/grading.ts';
import { askJudge } from '../../loop/evals/judge.ts';
import { alignColumns } from '../columns.ts';
import { agreeTo } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine, painter } from '../paint.ts';
import { homely } from '../plan-text.ts';

/** A grading that is about to be done: who signs it, and in which session a judge would answer. */
interface Planned {
  readonly grading: Grading;
  readonly auditor: string;
  readonly session: string;
}

function plan({ args, flags, cwd, env }: Invocation): Planned {
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const text = (name: string): string | undefined => (flags[name] === undefined ? undefined : String(flags[name]));
  const artifact = text('artifact');
  const grading = planGrading(tree, {
    skill: args[0] ?? '',
    artifact: artifact === undefined ? undefined : path.resolve(cwd, artifact),
    judge: text('judge'),
  });
  const session = randomUUID();
  const auditor = grading.judged.length > 0 ? `${grading.judge}:${session}` : `lint:rubric@${grading.rubricId}`;
  // A judge that cannot be started is told before anything is run.
  if (grading.judged.length > 0) dispatchProgram(tree, grading.judge ?? '', { prompt: '', session }, env);
  return { grading, auditor, session };
}

/** The row without its score. */
function draftOf({ grading, auditor }: Planned, flags: Invocation['flags']): EvalRowDraft {
  return {
    skill: grading.skill,
    score: 0,
    actor_session_id: flags['actor'],
    auditor_session_id: auditor,
    runtime: flags['runtime'],
    eval_mode: grading.judged.length > 0 ? 'auto' : 'deterministic',
    ...(grading.artifact === undefined ? {} : { artifact: grading.artifact }),
  };
}

const share = (criteria: readonly Criterion[]): string => worthOf(criteria).toFixed(2);

function renderPlan({ grading }: Planned): string {
  const { checked, judged, left } = grading;
  const row =
    (how: string, text: (one: Criterion) => string) =>
    (one: Criterion): string[] => [one.worth.toFixed(2), how, oneLine(one.name, 60), oneLine(text(one), 1000)];
  const rows = [
    ...checked.map(row('run', ({ check }) => check)),
    ...judged.map(row(`ask ${grading.judge}`, ({ check, name }) => (check === name ? '' : check))),
    ...left.map(row('left out', () => 'needs --judge <runtime>')),
  ];
  const parts = [
    `${grading.skill}, by the rubric in ${grading.skillPath} (${grading.rubricId}); commands run in ${homely(grading.folder)}`,
    alignColumns([['WORTH', 'HOW', 'CRITERION', ''], ...rows], '  '),
  ];
  if (left.length > 0) parts.push(`The score would rest on ${share([...checked, ...judged])} of the rubric's 1.00.`);
  return parts.join('\n\n');
}

function renderResult({ grading }: Planned, answers: readonly Answer[], row: EvalRow, invocation: Invocation): string {
  const paint = painter(invocation);
  const rows = answers.map(({ criterion, met, why }) => [
    criterion.worth.toFixed(2),
    met ? 'met    ' : 'NOT MET',
    oneLine(criterion.name, 60),
    oneLine(why, 200),
  ]);
  const graded = answers.map(({ criterion }) => criterion);
  const rest =
    grading.left.length === 0
      ? ''
      : `; ${grading.left.length} of its criteria were left out, they need --judge <runtime>`;
  const verdict = paint(row.ok ? 'green' : 'red', row.ok ? 'ok' : 'not ok');
  return [
    alignColumns([['WORTH', '', 'CRITERION', ''], ...rows], '  '),
    `${grading.skill} ${row.score.toFixed(2)} ${verdict} (ok from ${grading.rubric.okFrom.toFixed(2)} on), on ${share(graded)} of the rubric's 1.00${rest}.\nOne run, graded by ${row.auditor_session_id}.`,
  ].join('\n\n');
}

/** The row before there is a score: what could not be noted is refused before anything is run for it. */
async function beginRow(planned: Planned, draft: EvalRowDraft): Promise<EvalRow> {
  if (draft['actor_session_id'] === undefined) {
    throw new SnappyError('usage', 'the session that did the run is not named', {
      hint: 'a run is noted with who did it: --actor <session> --runtime codex',
    });
  }
  return prepareEval(planned.grading.tree, draft, new Date());
}

/** `snappy eval run`: grades a run by the skill's rubric. Shows what it would run first, and runs nothing without consent. */
export async function evalRun(invocation: Invocation): Promise<Outcome> {
  const { flags, env } = invocation;
  const planned = plan(invocation);
  const { grading, session } = planned;
  const draft = draftOf(planned, flags);
  const shown = renderPlan(planned);
  const data = {
    tree: grading.tree,
    skill: grading.skill,
    rubric: grading.rubricId,
    folder: grading.folder,
    checked: grading.checked,
    judged: grading.judged,
    left: grading.left,
  };
  const { agreed, text } = await agreeTo(invocation, 'Run these commands?', shown);
  if (!agreed) {
    return {
      text,
      data: { ...data, applied: false },
      ok: true,
      unchanged: 'this was the plan; add --apply to carry it out',
    };
  }
  const begun = await beginRow(planned, draft);
  const answers = await runChecks(grading, env);
  if (grading.judged.length > 0) answers.push(...(await askJudge(grading, session, env)));
  const score = scoreOf(answers);
  const issue = mainIssue(answers);
  const filled = {
    ...draft,
    // The revision that was there when it began: a check may take its time.
    rev_id: begun.rev_id,
    score,
    ok: score >= grading.rubric.okFrom,
    ...(issue === undefined ? {} : { primary_issue: issue }),
  };
  const row = await prepareEval(grading.tree, filled, new Date());
  appendEval(realSystem(), grading.tree, row);
  return {
    text: renderResult(planned, answers, row, invocation),
    data: { ...data, applied: true, answers, worth: worthOf(answers.map(({ criterion }) => criterion)), row },
    ok: row.ok,
    changed: `${layout.evals} has one more run of ${grading.skill}`,
  };
}
