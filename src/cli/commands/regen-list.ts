import { closingCommand } from '../../../seed/state/lib/brief.ts';
import type { Brief, BriefReason } from '../../../seed/state/lib/brief.ts';
import { findTree } from '../../core/paths.ts';
import { lastTry, readTries } from '../../loop/background/tries.ts';
import type { Try } from '../../loop/background/tries.ts';
import { readFeedback } from '../../loop/briefs/feedback.ts';
import { readBriefs } from '../../loop/briefs/queue.ts';
import type { OpenBrief } from '../../loop/briefs/queue.ts';
import { briefRules } from '../../loop/briefs/rules.ts';
import { hasSkill } from '../../loop/briefs/state.ts';
import { inlineFixes } from '../../loop/controller/inline-fixes.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine, painter } from '../paint.ts';

type Paint = ReturnType<typeof painter>;

const explanation = [
  'A brief is a work order for one skill: something is wrong with its loader, and nobody has mended it yet. The hook shows',
  'the first line of each to the next agent that works with the skill.',
].join('\n');

const ways = [
  'One is opened when a turn stops and a rule finds something to do, such as',
  '  a gap that an agent could only log (snappy log <skill> "<what>"), the same issue in three graded runs, a revision that',
  '  did worse than the one before, lines that a rewrite lost, a loader that has outgrown its turn, a finding of the lint.',
  'To look now: snappy regen drain',
].join('\n');

function sentenceOf(rule: string): string {
  return briefRules.find(({ name }) => name === rule)?.says ?? 'a rule that this version does not have';
}

/** Lines below a label that stands once, before the first of them. */
function labelled(label: string, lines: readonly string[], paint: Paint): string[] {
  return lines.map((line, at) => `    ${paint('dim', (at === 0 ? label : '').padEnd(10))}${line}`);
}

function renderReason(reason: BriefReason, paint: Paint): string[] {
  const { rule, headline, since, evidence, todo } = reason;
  const steps = todo.split('\n').filter((line) => !/^\s*(?:```)?$/.test(line));
  return [
    `  ${paint('bold', oneLine(headline, 200))}`,
    ...labelled('rule', [`${rule}: ${oneLine(sentenceOf(rule), 200)}`], paint),
    ...labelled('since', [since], paint),
    ...labelled(
      'rests on',
      evidence.map((row) => oneLine(row, 200)),
      paint,
    ),
    ...labelled(
      'to do',
      steps.map((line) => oneLine(line, 200)),
      paint,
    ),
  ];
}

function closingLines(brief: Brief, paint: Paint): string[] {
  const close = closingCommand(brief);
  const keep = `${close.replace('<what>', 'kept: <why>')}   (to leave it as it is)`;
  return labelled(
    'closed by',
    [close, ...(brief.reasons.some(({ mayStay }) => mayStay === true) ? [keep] : [])],
    paint,
  );
}

/** How the last work on a brief in the background ended. */
function triedLines(tried: Try | undefined, paint: Paint): string[] {
  if (tried === undefined) return [];
  const { ts, runtime, end, why } = tried;
  const ended = end === 'started' ? 'at work since then, or cut off' : end;
  return labelled(
    'tried',
    [`in the background by ${runtime}, ${ts}: ${ended}`, ...why].map((line) => oneLine(line, 200)),
    paint,
  );
}

function renderBrief(open: OpenBrief, tried: Try | undefined, paint: Paint): string {
  const { skill, kind, path, isOurs, brief, headline } = open;
  const title = `${paint('cyan', skill)}  ${paint('dim', `${path}${brief === undefined ? '' : `, opened ${brief.opened}`}`)}`;
  if (brief !== undefined)
    return [
      title,
      ...brief.reasons.flatMap((reason) => renderReason(reason, paint)),
      ...triedLines(tried, paint),
      ...closingLines(brief, paint),
    ].join('\n');
  const why = isOurs
    ? ['this file was damaged; the next drain makes it anew (snappy regen drain)']
    : [`somebody has written this ${kind} brief by hand: no drain changes it; remove the file when it is done`];
  return [title, `  ${paint('bold', oneLine(headline, 200))}`, ...labelled('', why, paint)].join('\n');
}

function describeBrief({ brief, ...open }: OpenBrief): Record<string, unknown> {
  if (brief === undefined) return { ...open, reasons: [] };
  const reasons = brief.reasons.map((reason) => ({ ...reason, says: sentenceOf(reason.rule) }));
  return { ...open, opened: brief.opened, reasons, closedBy: closingCommand(brief) };
}

/** `snappy regen list`: explains each open brief. */
export async function regenList(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const [skill] = args;
  const open = readBriefs(tree, skill);
  if (skill !== undefined && open.length === 0 && !hasSkill(tree, skill)) throw unknownSkill(skill);
  const rows = readFeedback(tree).rows.filter(({ slug }) => skill === undefined || slug === skill);
  const { count, last } = inlineFixes({ feedback: rows });
  const paint = painter(invocation);
  const tries = readTries(tree);
  const of = skill === undefined ? '' : ` of ${skill}`;
  const fixes =
    count === 0
      ? `No gap${of} has been closed by an agent in its own turn yet.`
      : `${countOf(count, 'gap')}${of} closed by agents in their own turn, the last on ${last ?? ''}.`;
  const text =
    open.length === 0
      ? [`No brief${of} is open.`, explanation, ways, fixes]
      : [
          `${countOf(open.length, 'brief')}${of} open.`,
          explanation,
          ...open.map((one) => renderBrief(one, lastTry(tries, one), paint)),
          fixes,
        ];
  return {
    text: text.join('\n\n'),
    data: {
      tree,
      briefs: open.map((one) => ({ ...describeBrief(one), tried: lastTry(tries, one) ?? null })),
      inlineFixes: { count, last: last ?? null },
    },
    ok: true,
  };
}
