import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { explainDiskError } from '../../core/disk-error.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { drain } from '../../loop/briefs/drain.ts';
import { knownRevisions, planRevert } from '../../loop/controller/revert-plan.ts';
import type { KnownRevision, RevertPlan } from '../../loop/controller/revert-plan.ts';
import { describeEdit } from '../../loop/controller/describe-edit.ts';
import { evidenceNeeded, pointsNeeded } from '../../loop/controller/sequential-test.ts';
import { describeMeans } from '../../loop/controller/verdict.ts';
import { restoreRevision } from '../../loop/edits/restore.ts';
import { describeMeasure } from '../../loop/evals/summary-text.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { alignColumns, countOf } from '../columns.ts';
import { agreeTo } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';
import { refreshIndex } from './index-skills.ts';

/** More edits than this are counted, not listed. */
const shownEdits = 20;

function rowOf(name: string, { rev, since, runs }: KnownRevision): string[] {
  return [
    name,
    rev,
    since === undefined ? '' : `in use from ${since.slice(0, 16).replace('T', ' ')}Z`,
    describeMeasure(runs),
  ];
}

function describeVerdict({ verdict }: RevertPlan): string {
  if (verdict === undefined) return 'none: there are no graded runs of both that could be held against each other';
  const { pairs, evidence, difference } = verdict;
  const points = Math.abs(difference * pairs).toFixed(1);
  return [
    `${verdict.verdict}: ${describeMeans(verdict)}`,
    `    on ${countOf(pairs, 'pair')}: evidence ${evidence.toFixed(1)} where ${evidenceNeeded} is needed, ${points} points in sum where ${pointsNeeded} are`,
  ].join('\n');
}

function renderEdits({ takesBack }: RevertPlan): string[] {
  if (takesBack.length === 0)
    return ['No row tells which edits lie between the two; the lines below are all that changes.'];
  const more = takesBack.length > shownEdits ? [`  and ${takesBack.length - shownEdits} before these`] : [];
  return [
    `It takes back ${countOf(takesBack.length, 'edit')}:`,
    ...takesBack.slice(-shownEdits).map((edit) => `  ${oneLine(describeEdit(edit))}`),
    ...more,
  ];
}

function renderPlan(plan: RevertPlan): string {
  const { skill, from, to, changes } = plan;
  const kept =
    from === undefined
      ? []
      : ['', `Revision ${from.rev} is kept. To have it again: snappy regen revert ${skill} --to ${from.rev}`];
  const diffs = changes.flatMap(({ file, diff }) => [
    '',
    `${file}${diff === null ? ' (no text, or too long to show)' : ''}`,
    ...(diff === null ? [] : diff.split('\n').map((line) => oneLine(line, 500))),
  ]);
  return [
    from === undefined ? `${skill}: lay the skill again, which is gone` : `${skill}: put an earlier revision back`,
    alignColumns([...(from === undefined ? [] : [rowOf('now', from)]), rowOf('put back', to)], '  '),
    `  verdict on the one of now: ${describeVerdict(plan)}`,
    '',
    ...renderEdits(plan),
    ...kept,
    ...diffs,
  ].join('\n');
}

function unknownRevision(tree: string, skill: string, to: string | undefined): SnappyError {
  const known = knownRevisions(tree, skill).slice(0, 10);
  const now = skillRevision(tree, skill);
  const list = alignColumns(
    known.map((one) => rowOf(one.rev === now ? 'now' : 'kept', one)),
    '    ',
  );
  const message =
    to === undefined
      ? `no revision of ${skill} from before the one of now is kept here`
      : `no revision of ${skill} is called ${JSON.stringify(to.slice(0, 64))}, or more than one is`;
  const hint =
    known.length === 0
      ? 'revisions are kept on the machine that saw them, from the first edit on'
      : `kept here, the last one in use first:\n${list}`;
  return new SnappyError('usage', message, { hint });
}

async function apply(tree: string, { skill, from, to }: RevertPlan): Promise<void> {
  const system = realSystem();
  try {
    await withRegenLock(tree, async () => {
      if (skillRevision(tree, skill) !== from?.rev) {
        throw new SnappyError('failure', `${skill} was edited after this plan was made; nothing was changed`, {
          hint: 'run this again and look at the new plan',
        });
      }
      const by = { runtime: 'none', session: '' };
      await restoreRevision(system, tree, { skill, rev: to.rev, by }, new Date());
      await drain(system, tree, { now: new Date() });
    });
  } catch (cause) {
    throw explainDiskError(cause, 'run this again when that is mended: it goes on where it stopped');
  }
  refreshIndex(tree, { ifStale: true });
}

/** `snappy regen revert`: puts a kept revision of a skill back. Shows what changes and what speaks for it first. */
export async function regenRevert(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const skill = args[0] ?? '';
  const to = flags['to'] as string | undefined;
  const plan = await planRevert(tree, skill, { to });
  if (plan === undefined) throw unknownRevision(tree, skill, to);
  const shown = renderPlan(plan);
  const data = { tree, applied: false, ...plan };
  if (plan.from?.rev === plan.to.rev)
    return { text: '', data, ok: true, unchanged: `${skill} is revision ${plan.to.rev} already` };
  const { agreed, text } = await agreeTo(invocation, 'Put it back?', shown);
  if (!agreed) return { text, data, ok: true, unchanged: 'this was the plan; add --apply to carry it out' };
  await apply(tree, plan);
  return {
    text,
    data: { ...data, applied: true },
    ok: true,
    changed: `${skill} is revision ${plan.to.rev} again${plan.from === undefined ? '' : `; ${plan.from.rev} is kept`}`,
  };
}
