// What will happen in a run, fixed by the seed before it begins: who is asked what in which session, on which machine.
import { chance, pick, shuffle } from './chance.ts';
import { makeTask } from './programs.ts';
import type { Task } from './programs.ts';

/** A way for things to go. Shares are of 0 to 1. */
export interface Scenario {
  readonly name: string;
  readonly machines: number;
  readonly programs: number;
  /** Sessions of each machine; machines that know each other sync before each. */
  readonly sessions: number;
  /** Turns of each session. */
  readonly turns: number;
  /** How many programs a session is about. */
  readonly focus: number;
  /** Sessions that are compacted in the middle. */
  readonly compacted: number;
  /** Turns handed to a subagent. */
  readonly subagents: number;
  /** Sessions whose agent may change no file, and logs what it found. */
  readonly readOnly: number;
  /** Turns with a second agent at the same program at the same time, both writing whole files. */
  readonly together: number;
  /** Turns whose agent, if it writes, rewrites the loader and loses half of it. */
  readonly collapsing: number;
  /** Quirks that change when half of the sessions are over. */
  readonly drift: number;
  readonly revert: 'ask' | 'auto';
}

export interface PlannedTurn {
  /** Counts through the run. */
  readonly at: number;
  readonly task: Task;
  /** The task of the second agent at work. */
  readonly partner: Task | undefined;
  readonly subagent: boolean;
  readonly collapses: boolean;
}

export interface PlannedSession {
  readonly name: string;
  readonly machine: number;
  /** The n-th session of its machine, from 0. */
  readonly round: number;
  /** The turn before which the session is compacted, from 0. */
  readonly compactBefore: number | undefined;
  readonly writes: boolean;
  readonly turns: readonly PlannedTurn[];
}

/** The sessions of a run in the order in which they take place. */
export function makePlan(seed: number, scenario: Scenario, programs: readonly string[]): PlannedSession[] {
  const places = Array.from({ length: scenario.sessions * scenario.machines }, (_, at) => at);
  return places.map((at) => planSession(seed, scenario, programs, at));
}

function planSession(seed: number, scenario: Scenario, programs: readonly string[], at: number): PlannedSession {
  const { name, machines, turns, focus } = scenario;
  const happens = (share: number, ...what: (string | number)[]): boolean => chance(seed, name, at, ...what) < share;
  const subjects = shuffle(programs, seed, name, at, 'focus').slice(0, focus);
  return {
    name: `${name}-${seed}-${at}`,
    machine: at % machines,
    round: Math.floor(at / machines),
    compactBefore: happens(scenario.compacted, 'compacted') ? Math.floor(turns / 2) : undefined,
    writes: !happens(scenario.readOnly, 'read-only'),
    turns: Array.from({ length: turns }, (_, turn): PlannedTurn => {
      const program = pick(subjects, seed, name, at, turn, 'program');
      const together = happens(scenario.together, turn, 'together');
      return {
        at: at * turns + turn,
        task: makeTask(program, seed, name, at, turn),
        partner: together ? makeTask(program, seed, name, at, turn, 'partner') : undefined,
        subagent: !together && happens(scenario.subagents, turn, 'subagent'),
        collapses: happens(scenario.collapsing, turn, 'collapses'),
      };
    }),
  };
}
