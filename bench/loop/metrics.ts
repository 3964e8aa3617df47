// From what runs have left behind to the figures of one seed. Pure.
import { bestOf, stepsOf } from './record.ts';
import type { RunRecord, TaskRecord } from './record.ts';

/** Steps of a task for an agent that knows nothing: a probe for each need. A control of the benchmark holds it to that. */
const noneSteps = (task: Pick<TaskRecord, 'met'>): number => 4 * task.met.length;

/** Something that an agent met and its loader did not say, or said wrong. */
export interface Gap {
  readonly quirk: string;
  /** Whether it came from the drift in the middle. */
  readonly drifted: boolean;
  /** How often it was met until a turn ended with a loader that says it right, and it alone; so far, if that never was. */
  readonly encounters: number;
  /** Whether there was such a turn. */
  readonly closed: boolean;
}

/** The gaps of a run, in the order in which they were met first. */
export function gapsOf(run: Pick<RunRecord, 'tasks' | 'drifted' | 'driftAt'>): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const task of run.tasks) {
    for (const { topic, knew, told } of task.met) {
      const quirk = `${task.program}/${topic}`;
      const drifted = run.drifted.includes(quirk) && task.session >= run.driftAt;
      const key = drifted ? `${quirk} after the drift` : quirk;
      const gap = gaps.get(key) ?? { quirk, drifted, encounters: 0, closed: false };
      if (gap.closed || (gap.encounters === 0 && knew === 'right')) continue;
      gaps.set(key, { ...gap, encounters: gap.encounters + 1, closed: told });
    }
  }
  return [...gaps.values()];
}

/** How many gaps were met, and how many of them the loaders of all machines say right at the end. */
export function closedGaps(run: RunRecord): { readonly met: number; readonly closed: number } {
  const told = new Set(run.toldAtEnd);
  const last = new Map(gapsOf(run).map((gap) => [gap.quirk, gap]));
  return { met: last.size, closed: [...last.keys()].filter((quirk) => told.has(quirk)).length };
}

/** The steps beyond those of one who knows all, as a part of what they are for one who knows nothing. */
export function regretOf(tasks: readonly TaskRecord[]): number {
  const best = sumOf(tasks, bestOf);
  return (sumOf(tasks, stepsOf) - best) / (sumOf(tasks, noneSteps) - best);
}

/** The last third of a run's sessions. */
export function tailOf({ tasks }: Pick<RunRecord, 'tasks'>): TaskRecord[] {
  const rounds = Math.max(...tasks.map(({ round }) => round)) + 1;
  return tasks.filter(({ round }) => round >= Math.floor((rounds * 2) / 3));
}

/** One number for a run: 1 as if all were known from the beginning, 0 as if there were no skill, below 0 for worse. */
export function scoreOf({ tasks }: Pick<RunRecord, 'tasks'>): number {
  return 1 - regretOf(tasks);
}

/** Steps for each step that is needed, by the session of the machine. */
export function stepsBySession({ tasks }: Pick<RunRecord, 'tasks'>): number[] {
  const rounds = [...new Set(tasks.map(({ round }) => round))].toSorted((a, b) => a - b);
  return rounds.map((round) => {
    const own = tasks.filter((task) => task.round === round);
    return sumOf(own, stepsOf) / sumOf(own, bestOf);
  });
}

function sumOf(tasks: readonly TaskRecord[], of: (task: TaskRecord) => number): number {
  return tasks.reduce((sum, task) => sum + of(task), 0);
}

/** The score of each task as its auditor gave it, from 0 to 1. */
export function scoresOf(tasks: readonly TaskRecord[]): number[] {
  return tasks.map((task) => bestOf(task) / stepsOf(task));
}
