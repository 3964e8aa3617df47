import path from 'node:path';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { readRegenConfig } from '../config.ts';
import { drainQueue, readEdits, setBadAside } from '../edits/queue.ts';
import type { AsideEntry } from '../edits/queue.ts';
import { readEvals } from '../evals/read-evals.ts';
import { maskBriefs } from './credential-scan.ts';
import { readFeedback } from './feedback.ts';
import { readFirstSeen, writeFirstSeen } from './first-seen.ts';
import type { FirstSeen } from './first-seen.ts';
import { planBriefs } from './plan.ts';
import { nameOfBrief, readBriefs, sweepHalves, writeBriefs } from './queue.ts';
import type { OpenBrief } from './queue.ts';
import type { SkillState } from './rule.ts';
import { hasSkill, readStates } from './state.ts';

export interface DrainOptions {
  readonly now: Date;
  /** Only this skill; the rest of the tree stays due. */
  readonly skill?: string | undefined;
  /** The queue is left as it is; `system` only records the rest. */
  readonly dry?: boolean;
}

/** What a drain will leave; nothing is written yet. */
export interface DrainPlan {
  readonly skill: string | undefined;
  /** Of the skills that there is something to look at in. */
  readonly states: readonly SkillState[];
  /** The briefs that are open now, and those that should be. */
  readonly open: readonly OpenBrief[];
  readonly briefs: readonly Brief[];
  /** When each finding was first seen, of every skill. */
  readonly seen: ReadonlyMap<string, FirstSeen>;
  /** Lines of logs that were torn or somebody else's. */
  readonly skipped: { readonly evals: number; readonly feedback: number };
  /** Slugs of feedback rows that no skill has. */
  readonly unknown: readonly string[];
}

/** What a drain has done, and what is open after it. */
export interface DrainResult extends Pick<DrainPlan, 'states' | 'briefs' | 'skipped' | 'unknown'> {
  /** Edits that went from the queue into the history. */
  readonly drained: readonly EditRow[];
  /** Files that were in the queue and are no edits. */
  readonly aside: readonly AsideEntry[];
  /** `<skill>.<kind>` of briefs that are new, or gone. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
}

/** Made before anything is read and put in its place at the end, so that its time tells what this drain can have seen. */
const begun = `${layout.queue}/.draining`;
/** When the last drain began, by the time of the file: the hook holds the logs against it. */
const done = `${layout.queue}/.drained`;

/** Notes that a drain has begun and moves what was noticed into the history. Lock held. */
export function beginDrain(system: System, tree: string, { now, skill, dry }: DrainOptions): EditRow[] {
  sweepHalves(system, tree);
  if (skill === undefined) system.write(path.join(tree, begun), `${now.toISOString()}\n`);
  return dry === true ? [] : drainQueue(system, tree);
}

/** Looks at the rows and skills of a tree and says which briefs should be open. Writes nothing. */
export async function planDrain(tree: string, { now, skill }: DrainOptions): Promise<DrainPlan> {
  const { maxOpen } = readRegenConfig(tree);
  const evals = readEvals(tree, skill);
  const feedback = readFeedback(tree);
  const open = readBriefs(tree, skill);
  const others = [...open.map((one) => one.skill), ...(skill === undefined ? [] : [skill])];
  const rows = { edits: readEdits(tree, skill), evals: evals.rows, feedback: feedback.rows, others };
  const states = await readStates(tree, rows, { now: now.getTime(), only: skill });
  const known = readFirstSeen(tree);
  const briefs: Brief[] = [];
  const seen = new Map([...known].filter(([name]) => skill !== undefined && name !== skill));
  for (const state of states) {
    const own = open.filter((one) => one.skill === state.skill);
    const plan = planBriefs(state, { open: own, seen: known.get(state.skill) ?? {}, maxOpen });
    seen.set(state.skill, plan.seen);
    briefs.push(...plan.briefs);
  }
  const slugs = new Set(feedback.rows.map(({ slug }) => slug).filter((slug) => skill === undefined || slug === skill));
  return {
    skill,
    states,
    open,
    briefs: await maskBriefs(briefs),
    seen,
    skipped: { evals: evals.skipped, feedback: feedback.skipped },
    unknown: [...slugs].filter((slug) => !hasSkill(tree, slug)).toSorted(),
  };
}

/** Makes the queue as it was planned. Cut off at any point, the next drain ends it. Lock held. */
export function applyDrain(system: System, tree: string, { skill, open, briefs, seen }: DrainPlan): void {
  writeFirstSeen(system, tree, seen);
  writeBriefs(system, tree, { skill, open, briefs });
  if (skill === undefined) system.rename(path.join(tree, begun), path.join(tree, done));
}

/**
 * Moves noticed edits into the history and makes the briefs anew from what there is: edits, graded runs, feedback, the
 * skills themselves. The same rows give the same bytes. Lock held. Throws `refused` on a config that cannot be understood,
 * and what `fs` throws.
 */
export async function drain(system: System, tree: string, options: DrainOptions): Promise<DrainResult> {
  const aside = options.dry === true ? [] : setBadAside(system, tree);
  const drained = beginDrain(system, tree, options);
  const plan = await planDrain(tree, options);
  applyDrain(system, tree, plan);
  const before = new Set(plan.open.filter(({ isOurs }) => isOurs).map(nameOfBrief));
  const after = new Set(plan.briefs.map(nameOfBrief));
  const { states, briefs, skipped, unknown } = plan;
  return {
    drained,
    aside,
    states,
    briefs,
    opened: [...after].filter((name) => !before.has(name)),
    closed: [...before].filter((name) => !after.has(name)),
    skipped,
    unknown,
  };
}
