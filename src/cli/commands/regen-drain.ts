import { explainDiskError } from '../../core/disk-error.ts';
import { findTree, layout } from '../../core/paths.ts';
import { drySystem, realSystem } from '../../core/system.ts';
import { startBackground } from '../../loop/background/start.ts';
import type { Started } from '../../loop/background/start.ts';
import { drain } from '../../loop/briefs/drain.ts';
import type { DrainResult } from '../../loop/briefs/drain.ts';
import { readBriefs } from '../../loop/briefs/queue.ts';
import { hasSkill } from '../../loop/briefs/state.ts';
import { readRegenConfig } from '../../loop/config.ts';
import { afterDrain } from '../../loop/controller/after-drain.ts';
import type { NoticedBy } from '../../loop/edits/edit-row.ts';
import type { AsideEntry } from '../../loop/edits/queue.ts';
import { noticeEdits } from '../../loop/edits/notice.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { unknownSkill } from '../../skills/lint.ts';
import { countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { oneLine } from '../paint.ts';
import { startAutoPush } from '../start-auto-push.ts';
import { refreshIndex } from './index-skills.ts';
import { noticedBy } from './regen-notice.ts';

interface Done {
  readonly result: DrainResult;
  readonly notes: readonly string[];
}

/** One drain under the lock: what changed is noticed first, and what a consent allows is done with what was found. */
function drainNow(tree: string, by: NoticedBy, skill: string | undefined): Promise<Done> {
  return withRegenLock(tree, async () => {
    const system = realSystem();
    const now = new Date();
    await noticeEdits(system, tree, by, now);
    const first = await drain(system, tree, { now, skill });
    const { changed, notes } = await afterDrain(system, tree, { states: first.states, by, now });
    if (changed.length === 0) return { result: first, notes };
    const second = await drain(system, tree, { now: new Date(), skill });
    return {
      result: {
        ...second,
        drained: [...first.drained, ...second.drained],
        aside: [...first.aside, ...second.aside],
        opened: [...new Set([...first.opened, ...second.opened])].filter((name) => !second.closed.includes(name)),
        closed: [...new Set([...first.closed, ...second.closed])].filter((name) => !second.opened.includes(name)),
      },
      notes,
    };
  });
}

function describeAside({ name, isNewer }: AsideEntry): string {
  const file = `${layout.queue}/${oneLine(name, 200)}`;
  return isNewer
    ? `set aside  ${file}: a newer version of snappy has written this edit; give it back its name ending in .edit.json once this one is updated`
    : `set aside  ${file}: it can be read as no edit; it is kept, and nothing looks at it`;
}

function describe({ result, notes }: Done, started: Started | undefined): string {
  const { briefs, opened, closed, drained, aside, skipped, unknown } = result;
  const headline = (name: string): string => {
    const brief = briefs.find(({ skill, kind }) => `${skill}.${kind}` === name);
    return oneLine(brief?.reasons[0]?.headline ?? '', 120);
  };
  const bad = [
    ...(skipped.feedback === 0 ? [] : [`${countOf(skipped.feedback, 'line')} of the feedback log`]),
    ...(skipped.evals === 0 ? [] : [`${countOf(skipped.evals, 'line')} of the graded runs`]),
  ];
  const background = started === undefined ? [] : [`Started ${started.runtime} on ${started.skill}.${started.kind}.`];
  return [
    ...(drained.length === 0 ? [] : [`${countOf(drained.length, 'edit')} noticed since the last drain.`]),
    ...opened.map((name) => `opened  ${name}  ${headline(name)}`),
    ...closed.map((name) => `closed  ${name}`),
    ...notes,
    ...aside.map(describeAside),
    ...background,
    ...(bad.length === 0 ? [] : [`Passed over, being torn or no rows: ${bad.join(', ')}.`]),
    ...(unknown.length === 0 ? [] : [`Feedback about skills that are not here: ${oneLine(unknown.join(', '))}.`]),
    briefs.length === 0 ? 'No brief is open.' : `${countOf(briefs.length, 'brief')} open: snappy regen list`,
  ].join('\n');
}

function outcomeOf(tree: string, done: Done, started: Started | undefined, dry: boolean): Outcome {
  const { states: _states, ...result } = done.result;
  const { opened, closed, drained, aside } = result;
  const isChanged = opened.length + closed.length + drained.length + aside.length + done.notes.length > 0;
  const briefs = `${countOf(opened.length, 'brief')} opened, ${closed.length} closed`;
  return {
    text: describe(done, started),
    data: { tree, ...result, notes: done.notes, started: started ?? null, dry },
    ok: true,
    changed: dry || !isChanged ? undefined : `${briefs}; ${countOf(drained.length, 'edit')} put into the history`,
    unchanged: dry ? 'this is what a drain would do' : 'the briefs were up to date',
  };
}

/**
 * `snappy regen drain`: notices edits and turns them, graded runs and feedback into briefs. The hook runs it in the
 * background when a turn stops.
 */
export async function regenDrain(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd, env } = invocation;
  if (flags['work'] !== undefined) return (await import('./regen-work.ts')).regenWork(invocation);
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const by = noticedBy({ ...flags, how: 'found' });
  const skill = args[0];
  if (skill !== undefined && !hasSkill(tree, skill) && readBriefs(tree, skill).length === 0) throw unknownSkill(skill);
  try {
    if (flags['dry'] === true) {
      const result = await drain(drySystem(), tree, { now: new Date(), skill, dry: true });
      return outcomeOf(tree, { result, notes: [] }, undefined, true);
    }
    refreshIndex(tree, { ifStale: true });
    const done = await drainNow(tree, by, skill);
    const started = startBackground(tree, { env, now: new Date(), config: readRegenConfig(tree) });
    // The hook has named the agent program whose turn has stopped; a person who drains has not asked for a push.
    if (by.runtime !== 'none') startAutoPush(tree, env);
    return outcomeOf(tree, done, started, false);
  } catch (cause) {
    throw explainDiskError(cause, 'nothing is lost: the next drain ends this one');
  }
}
