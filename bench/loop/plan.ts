// What will happen in a run, fixed by the seed before it begins: who is asked what in which session, on which machine.
import { chance, deck } from './chance.ts';
import { topics } from './programs.ts';
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

/** Deals out work on one machine, so that each program and each of its topics comes up about equally often. */
interface Dealer {
  readonly programs: (count: number) => string[];
  readonly topics: (program: string, count: number) => string[];
}

function makeDealer(seed: number, { name }: Scenario, programs: readonly string[], machine: number): Dealer {
  const all = topics.map((topic) => topic.name);
  const byProgram = new Map(programs.map((program) => [program, deck(all, seed, name, machine, program)]));
  return {
    programs: deck(programs, seed, name, machine, 'programs'),
    topics: (program, count) => byProgram.get(program)?.(count) ?? [],
  };
}

/** The sessions of a run in the order in which they take place. */
export function makePlan(seed: number, scenario: Scenario, programs: readonly string[]): PlannedSession[] {
  const dealers = Array.from({ length: scenario.machines }, (_, at) => makeDealer(seed, scenario, programs, at));
  const rounds = Array.from({ length: scenario.sessions }, (_, round) => round);
  return rounds.flatMap((round) =>
    dealers.map((dealer, machine) => planSession(seed, scenario, dealer, { machine, round })),
  );
}

function planSession(
  seed: number,
  scenario: Scenario,
  dealer: Dealer,
  place: { readonly machine: number; readonly round: number },
): PlannedSession {
  const { name, machines, turns, focus } = scenario;
  const at = place.round * machines + place.machine;
  const happens = (share: number, ...what: (string | number)[]): boolean => chance(seed, name, at, ...what) < share;
  const subjects = dealer.programs(focus);
  return {
    ...place,
    name: `${name.replaceAll(' ', '-')}-${seed}-${at}`,
    compactBefore: happens(scenario.compacted, 'compacted') ? Math.floor(turns / 2) : undefined,
    writes: !happens(scenario.readOnly, 'read-only'),
    turns: Array.from({ length: turns }, (_, turn): PlannedTurn => {
      const program = subjects[turn % subjects.length] ?? '';
      const together = happens(scenario.together, turn, 'together');
      const task = (who: string): Task => ({
        program,
        needs: dealer.topics(program, happens(0.5, turn, who, 'few needs') ? 2 : 3),
      });
      return {
        at: at * turns + turn,
        task: task('one'),
        partner: together ? task('two') : undefined,
        subagent: !together && happens(scenario.subagents, turn, 'subagent'),
        collapses: happens(scenario.collapsing, turn, 'collapses'),
      };
    }),
  };
}
