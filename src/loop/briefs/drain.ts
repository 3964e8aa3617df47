import path from 'node:path';
import type { Brief } from '../../../seed/state/lib/brief.ts';
import { formatBrief } from '../../../seed/state/lib/brief.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { layout } from '../../core/paths.ts';
import type { System } from '../../core/system.ts';
import { readRegenConfig } from '../config.ts';
import { drainQueue, readEdits } from '../edits/queue.ts';
import { readEvals } from '../evals/read-evals.ts';
import { readFeedback } from './feedback.ts';
import { readFirstSeen, writeFirstSeen } from './first-seen.ts';
import type { FirstSeen } from './first-seen.ts';
import { maskBrief } from './mask.ts';
import { planBriefs } from './plan.ts';
import { briefPath, readBriefs, readReady, readyPath } from './queue.ts';
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

/** What a drain has done, and what is open after it. */
export interface DrainResult {
  /** Edits that went from the queue into the history. */
  readonly drained: readonly EditRow[];
  /** Of the skills that there was something to look at in. */
  readonly states: readonly SkillState[];
  /** Briefs made by drains that are open now, of those skills. */
  readonly briefs: readonly Brief[];
  /** `<skill>.<kind>` of briefs that are new, or gone. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  /** Lines of logs that were torn or somebody else's. */
  readonly skipped: { readonly evals: number; readonly feedback: number };
  /** Slugs of feedback rows that no skill has. */
  readonly unknown: readonly string[];
}

/** Made before anything is read and put in its place at the end, so that its time tells what this drain can have seen. */
const begun = `${layout.queue}/.draining`;
/** When the last drain began, by the time of the file: the hook holds the logs against it. */
const done = `${layout.queue}/.drained`;

const nameOf = ({ skill, kind }: Pick<Brief, 'skill' | 'kind'>): string => `${skill}.${kind}`;

interface Wanted {
  readonly briefs: readonly Brief[];
  readonly seen: ReadonlyMap<string, FirstSeen>;
}

/** What should be open, and what is to be remembered of it. */
async function wantedOf(
  states: readonly SkillState[],
  open: readonly OpenBrief[],
  known: ReadonlyMap<string, FirstSeen>,
  maxOpen: number,
): Promise<Wanted> {
  const briefs: Brief[] = [];
  const seen = new Map<string, FirstSeen>();
  for (const state of states) {
    const own = open.filter(({ skill }) => skill === state.skill);
    const plan = planBriefs(state, { open: own, seen: known.get(state.skill) ?? {}, maxOpen });
    seen.set(state.skill, plan.seen);
    for (const brief of plan.briefs) briefs.push(await maskBrief(brief));
  }
  return { briefs, seen };
}

/** Writes what is wanted and removes what is not: no other brief that is ours, no marker without a brief. */
function writeBriefs(
  system: System,
  tree: string,
  open: readonly OpenBrief[],
  wanted: readonly Brief[],
  isOwn: (skill: string) => boolean,
): void {
  const stays = new Set(wanted.map(nameOf));
  const gone = open.filter((one) => one.isOurs && !stays.has(nameOf(one)));
  for (const one of gone) system.remove(path.join(tree, one.path));
  for (const brief of wanted) system.write(path.join(tree, briefPath(brief.skill, brief.kind)), formatBrief(brief));
  const files = new Map<string, Set<string>>();
  const left = [...open.filter((one) => !gone.includes(one)).map(nameOf), ...stays].toSorted();
  for (const name of left) {
    const skill = name.slice(0, name.lastIndexOf('.'));
    files.set(skill, (files.get(skill) ?? new Set()).add(`${name}.md`));
  }
  for (const [skill, names] of files) system.write(path.join(tree, readyPath(skill)), `${[...names].join('\n')}\n`);
  for (const skill of readReady(tree))
    if (isOwn(skill) && !files.has(skill)) system.remove(path.join(tree, readyPath(skill)));
}

/**
 * Moves noticed edits into the history and makes the briefs anew from what there is: edits, graded runs, feedback, the
 * skills themselves. The same rows give the same bytes, so that a drain which was cut off is ended by the next one. Lock
 * held. Throws `refused` on a config that cannot be understood, and what `fs` throws.
 */
export async function drain(system: System, tree: string, options: DrainOptions): Promise<DrainResult> {
  const { now, skill } = options;
  const isOwn = (name: string): boolean => skill === undefined || skill === name;
  const { maxOpen } = readRegenConfig(tree);
  if (skill === undefined) system.write(path.join(tree, begun), `${now.toISOString()}\n`);
  const drained = options.dry === true ? [] : drainQueue(system, tree);
  const evals = readEvals(tree, skill);
  const feedback = readFeedback(tree);
  const open = readBriefs(tree, skill);
  const rows = {
    edits: readEdits(tree, skill),
    evals: evals.rows,
    feedback: feedback.rows,
    others: [...open.map((one) => one.skill), ...(skill === undefined ? [] : [skill])],
  };
  const states = await readStates(tree, rows, { now: now.getTime(), ...(skill === undefined ? {} : { only: skill }) });
  const known = readFirstSeen(tree);
  const wanted = await wantedOf(states, open, known, maxOpen);
  const others = [...known].filter(([name]) => !isOwn(name));
  writeFirstSeen(system, tree, new Map([...others, ...wanted.seen]));
  writeBriefs(system, tree, open, wanted.briefs, isOwn);
  if (skill === undefined) system.rename(path.join(tree, begun), path.join(tree, done));
  const before = new Set(open.filter(({ isOurs }) => isOurs).map(nameOf));
  const after = new Set(wanted.briefs.map(nameOf));
  const slugs = new Set(feedback.rows.map(({ slug }) => slug).filter(isOwn));
  return {
    drained,
    states,
    briefs: wanted.briefs,
    opened: [...after].filter((name) => !before.has(name)),
    closed: [...before].filter((name) => !after.has(name)),
    skipped: { evals: evals.skipped, feedback: feedback.skipped },
    unknown: [...slugs].filter((slug) => !hasSkill(tree, slug)).toSorted(),
  };
}
