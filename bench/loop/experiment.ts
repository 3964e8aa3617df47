// Which runs each seed has.
import { hookEvents } from './run.ts';
import type { RunOptions } from './run.ts';
import { scenarios } from './scenarios.ts';

/** A run that is still to be given its seed. */
export interface PlannedRun extends Omit<RunOptions, 'seed'> {
  readonly name: string;
  /** How many seeds have it; all, when it is not said. */
  readonly seeds?: number;
}

const { clean, threeMachines } = scenarios;

/** The arms, each scenario of the loop, and the least that is known of each: what nothing and everything take. */
const mainRuns: readonly PlannedRun[] = [
  { name: 'none', scenario: clean, arm: 'none' },
  { name: 'frozen', scenario: clean, arm: 'frozen' },
  { name: 'oracle', scenario: clean, arm: 'oracle' },
  { name: 'loop', scenario: clean, arm: 'loop' },
  { name: 'three machines', scenario: threeMachines, arm: 'loop' },
  { name: 'drift', scenario: scenarios.drift, arm: 'loop' },
  { name: 'collapse', scenario: scenarios.collapse, arm: 'loop', seeds: 15 },
  { name: 'at once', scenario: scenarios.together, arm: 'loop', seeds: 15 },
];

/** Controls compare runs of one seed with each other, which says much with few seeds. */
const controlledSeeds = 6;

/** The mixed scenario as it should be, without each event of the hook, and without all of them. */
const controlRuns: readonly PlannedRun[] = [
  { name: 'mixed', scenario: scenarios.mixed, arm: 'loop' },
  ...hookEvents.map((event): PlannedRun => ({
    name: `without ${event}`,
    scenario: scenarios.mixed,
    arm: 'loop',
    off: [event],
  })),
  { name: 'without all', scenario: scenarios.mixed, arm: 'loop', off: hookEvents },
];

/** The runs of a seed; seeds count from 1. */
export function runsOfSeed(seed: number): PlannedRun[] {
  const controls = controlRuns.map((run) => ({ seeds: controlledSeeds, ...run }));
  return [...mainRuns, ...controls].filter(({ seeds }) => seeds === undefined || seed <= seeds);
}
