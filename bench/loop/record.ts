// What a run leaves behind: plain data, from which all figures are made.
import type { Met } from './player.ts';

/** Without skills and hook; with loaders that nobody changes; with the loop; with all known. */
export type Arm = 'none' | 'frozen' | 'loop' | 'oracle';

/** One task that was done. */
export interface TaskRecord {
  /** Counts through the run. */
  readonly session: number;
  /** The n-th session of its machine, from 0. */
  readonly round: number;
  readonly machine: number;
  readonly program: string;
  readonly met: readonly MetRecord[];
}

/** One need of it. */
export interface MetRecord extends Met {
  /** Whether the loader of this machine says it right, and nothing wrong beside it, when the turn is over. */
  readonly told: boolean;
}

/** A true line of a loader that somebody other than an agent took away. */
export interface Loss {
  /** What was at work: the notice of an edit, the drain when a turn stopped, or the merge of two machines. */
  readonly by: 'notice' | 'drain' | 'merge';
  readonly quirk: string;
  readonly session: number;
  /** Kept beside the loader, as one side of a conflict. */
  readonly aside: boolean;
}

/** A true line that an agent's own write took away, and whether it was back when the turn was over. */
export interface Slip {
  readonly quirk: string;
  readonly session: number;
  readonly back: boolean;
}

export interface RunRecord {
  readonly seed: number;
  readonly scenario: string;
  readonly arm: Arm;
  readonly tasks: readonly TaskRecord[];
  readonly losses: readonly Loss[];
  readonly slips: readonly Slip[];
  /** Quirks that changed in the middle, and the first session after that. */
  readonly drifted: readonly string[];
  readonly driftAt: number;
  /** Quirks that the loaders of all machines say right at the end. */
  readonly toldAtEnd: readonly string[];
}

/** The steps that one takes who knows everything. */
export function bestOf({ met }: Pick<TaskRecord, 'met'>): number {
  return met.length;
}

export function stepsOf({ met }: Pick<TaskRecord, 'met'>): number {
  return met.reduce((sum, { steps }) => sum + steps, 0);
}
