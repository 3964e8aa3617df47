import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree, layout } from '../../core/paths.ts';
import { gradedSkills, unmeasuredOf } from '../../loop/evals/graded-skills.ts';
import type { GradedSkill } from '../../loop/evals/graded-skills.ts';
import { readEvals } from '../../loop/evals/read-evals.ts';
import { describeSummary } from '../../loop/evals/summary-text.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { readSkill, readSkills } from '../../skills/read.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine, painter } from '../paint.ts';

const mostLines = 1000;

function readLines(flag: string | boolean | undefined): number {
  const text = String(flag ?? '10');
  const lines = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (lines >= 1 && lines <= mostLines) return lines;
  throw new SnappyError('usage', `--lines is ${JSON.stringify(text.slice(0, 40))}; expected 1 to ${mostLines}`);
}

type Paint = ReturnType<typeof painter>;

function renderRows(rows: readonly EvalRow[], graded: readonly GradedSkill[], now: number): string {
  const revisions = new Map(graded.map(({ skill, revision }) => [skill, revision]));
  const cells = rows.map((row) => [
    `${row.ts.slice(0, 16).replace('T', ' ')}${Date.parse(row.ts) > now ? ' (in the future)' : ''}`,
    oneLine(row.skill, 64),
    row.score.toFixed(2),
    row.ok ? 'ok' : 'not ok',
    row.rev_id === '' ? 'not told' : `${row.rev_id}${revisions.get(row.skill) === row.rev_id ? ' (now)' : ''}`,
    oneLine(row.runtime, 24) || 'not told',
    oneLine(row.auditor_session_id, 40) || 'nobody',
    oneLine(row.primary_issue ?? '', 80),
  ]);
  return alignColumns([['TIME (UTC)', 'SKILL', 'SCORE', '', 'REVISION', 'RUNTIME', 'GRADED BY', 'ISSUE'], ...cells]);
}

/** Sums up the skills whose runs are shown; the others are counted. */
function renderSummaries(
  graded: readonly GradedSkill[],
  shownRows: readonly EvalRow[],
  skills: readonly string[],
  paint: Paint,
): string[] {
  const unmeasured = unmeasuredOf(skills, graded);
  const shown = oneLine(unmeasured.slice(0, 8).join(', '), 600);
  const more = unmeasured.length > 8 ? ` and ${unmeasured.length - 8} more` : '';
  const inRows = graded.filter(({ skill }) => shownRows.some((row) => row.skill === skill));
  const summaries = inRows.map((summary) => [oneLine(summary.skill, 64), describeSummary(summary)]);
  const others = graded.length - inRows.length;
  const rest =
    others === 0 ? '' : `\n${countOf(others, 'more skill')} ${others === 1 ? 'has' : 'have'} graded runs before these`;
  return [
    ...(summaries.length === 0 ? [] : [`${alignColumns(summaries)}${rest}`]),
    ...(unmeasured.length === 0
      ? []
      : [
          paint(
            'dim',
            `unmeasured, nobody has run ${unmeasured.length === 1 ? 'it as it is' : 'them as they are'} now: ${shown}${more}`,
          ),
        ]),
  ];
}

/** `snappy eval tail`: the last graded runs, the newest last, and what they say of each skill. */
export async function evalTail(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const lines = readLines(flags['lines']);
  const [only] = args;
  const { rows, skipped } = readEvals(tree, only);
  if (only !== undefined && rows.length === 0 && readSkill(tree, only) === undefined) throw unknownSkill(only);
  const graded = gradedSkills(tree, rows);
  const skills = only === undefined ? readSkills(tree).map(({ name }) => name) : [only];
  const last = rows.slice(-lines);
  const paint = painter(invocation);
  const blocks = [
    ...(last.length === 0 ? [] : [renderRows(last, graded, Date.now())]),
    ...renderSummaries(graded, last, skills, paint),
    ...(last.length === 0 ? ['Note a run with: snappy eval add'] : []),
    ...(skipped === 0
      ? []
      : [
          `${countOf(skipped, 'line')} of ${layout.evals} did not count: torn, or against the rules. node state/lint/eval-row-mandatory.ts names them.`,
        ]),
  ];
  return {
    text: blocks.join('\n\n'),
    data: { tree, rows: last, skipped, graded, unmeasured: unmeasuredOf(skills, graded) },
    ok: true,
  };
}
