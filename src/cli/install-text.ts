import type { Change } from '../core/system.ts';
import type { Preview } from '../install/pipeline.ts';
import type { RuntimePlan } from '../install/plan-runtime.ts';
import type { Fault, PlanPart } from '../install/plan.ts';
import type { Step, StepStatus } from '../install/steps.ts';
import { alignColumns } from './columns.ts';
import type { painter } from './paint.ts';
import { diffOfTexts, homely, homelyText, renderChanges } from './plan-text.ts';

type Paint = ReturnType<typeof painter>;

function faultLines({ message, hint }: Pick<Fault, 'message' | 'hint'>): string[] {
  return [`failed: ${homelyText(message)}`, ...(hint === undefined ? [] : [`  ${hint}`])];
}

function block(title: string, lines: readonly string[], changes: readonly Change[]): string {
  const nothing = lines.length + changes.length === 0 ? ': nothing to change' : '';
  return [`${title}${nothing}`, ...lines, ...(changes.length === 0 ? [] : [renderChanges(changes)])].join('\n');
}

function runtimeBlock({ runtime, fault, notes, changes }: RuntimePlan): string {
  const lines = [
    ...(fault === undefined ? [] : faultLines(fault)),
    ...notes.map((note) => `note: ${homelyText(note)}`),
  ];
  return block(`${runtime.name} (${runtime.id})`, lines, changes);
}

function partBlock(title: string, { changes, notes, faults }: PlanPart): string {
  return block(title, [...faults.flatMap(faultLines), ...notes.map((note) => `note: ${homelyText(note)}`)], changes);
}

/** The plan as a person reads it: each file, link and line that would change. */
export function renderPreview({ plan, cron, interrupted }: Preview): string {
  const kept = plan.bookkeeping.map(
    (change) => `${change.kind === 'remove' ? 'remove' : 'write '}  ${homely(change.path)}`,
  );
  return [
    ...(interrupted ? ['An earlier run was cut off: what it had done is undone first.'] : []),
    ...plan.notes.map((note) => `note: ${homelyText(note)}`),
    ...plan.runtimes.map(runtimeBlock),
    partBlock('Skills', plan.skills),
    partBlock('Instructions', plan.instructions),
    ...(cron.before === cron.after ? [] : [`Crontab\n${diffOfTexts('crontab', cron.before, cron.after)}`]),
    ...(kept.length === 0 ? [] : [['In the tree, so that it can be undone:', ...kept].join('\n')]),
  ].join('\n\n');
}

const colours = { ok: 'green', changed: 'cyan', skipped: 'dim', warn: 'yellow', failed: 'red' } as const;

/** What a status is called while nothing has been carried out. */
const wordOf = (status: StepStatus, applied: boolean): string =>
  status === 'changed' && !applied ? 'to change' : status;

/** One step as it ends. */
export function stepLine({ step, name, status, ms, summary: told }: Step, paint: Paint): string {
  const summary = homelyText(told);
  return `${String(step).padStart(2)}  ${name.padEnd(12)}  ${paint(colours[status], status.padEnd(8))}  ${summary}  ${paint('dim', `${ms} ms`)}`;
}

/** All steps, in the order of their numbers, each with what a person should know of it. */
export function stepTable(steps: readonly Step[], applied: boolean, paint: Paint): string {
  const rows = steps.map(({ step, name, status, ms, summary }) => [
    String(step).padStart(2),
    name,
    wordOf(status, applied),
    `${ms} ms`.padStart(8),
    homelyText(summary),
  ]);
  const lines = alignColumns(rows).split('\n');
  return lines
    .flatMap((line, at) => {
      const { status = 'ok', notes = [] } = steps[at] ?? {};
      const word = wordOf(status, applied);
      return [
        line.replace(` ${word} `, ` ${paint(colours[status], word)} `),
        ...notes.map((note) => `      ${homelyText(note)}`),
      ];
    })
    .join('\n');
}
