import type { Command } from '../timing.ts';

/** One way to carry files, at one round: commands are timed, what `before` does is not. */
export interface Round {
  readonly firstPush: Command;
  readonly noChange: Command;
  readonly pushSome: Command;
  readonly fullPull: Command;
  readonly pullSome: Command;
}
export type Job = keyof Round;

/** In the order they are run in: each begins where the one before has ended. */
export const jobs: readonly Job[] = ['firstPush', 'noChange', 'pushSome', 'fullPull', 'pullSome'];

/** What a figure of a job is called by. */
export const titles: Readonly<Record<Job, string>> = {
  firstPush: 'first push',
  noChange: 'no change',
  pushSome: '1 % changed',
  fullPull: 'full pull to an empty machine',
  pullSome: 'pull of 1 %',
};

export interface Way {
  readonly name: string;
  /** Makes everything anew for a round. Not timed. */
  begin(round: number): Promise<Round>;
}

/** What every way is given. */
export interface Place {
  /** A folder of its own. */
  readonly dir: string;
  /** The files as they are before the first push. */
  readonly files: string;
  readonly count: number;
}
