// Plays one scenario of one seed in one arm, from the first session to the last, and keeps what happened.
import fs from 'node:fs';
import path from 'node:path';
import { skillRevision } from '../../seed/state/lib/revision.ts';
import type { HookEvent } from '../../src/hook/run.ts';
import type { AgentProcess } from './agent-process.ts';
import type { Audit, GradedRun } from './auditor.ts';
import { chance } from './chance.ts';
import type { LineProgram } from './lines.ts';
import { isToldRight, readLoader } from './loaders.ts';
import type { Machine } from './machine.ts';
import { makePlan } from './plan.ts';
import type { PlannedSession, PlannedTurn, Scenario } from './plan.ts';
import { Player } from './player.ts';
import { drift, layPrograms, makePrograms, promptOf, quirkId } from './programs.ts';
import type { Program, Quirk, Task } from './programs.ts';
import { bestOf, stepsOf } from './record.ts';
import type { Arm, RunRecord, TaskRecord } from './record.ts';
import { laySite } from './site.ts';
import { LoaderWatch } from './watch.ts';

/** What one worker has at hand for all its runs. */
export interface Lab {
  /** A tree as `init` has laid it. */
  readonly template: string;
  readonly scratch: string;
  readonly agent: AgentProcess;
  readonly auditor: LineProgram;
}

export interface RunOptions {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly arm: Arm;
  /** Events that the hook is not called for. */
  readonly off?: readonly HookEvent[];
}

export const hookEvents: readonly HookEvent[] = ['session', 'prompt', 'subagent', 'edit', 'changed', 'stop'];

/** Plays a run in a folder of its own, which is removed afterwards. */
export async function playRun(lab: Lab, options: RunOptions): Promise<RunRecord> {
  const folder = fs.mkdtempSync(path.join(lab.scratch, 'run-'));
  try {
    return await new Run(lab, options, folder).play();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Run {
  readonly #lab: Lab;
  readonly #options: RunOptions;
  readonly #folder: string;
  readonly #machines: readonly Machine[];
  readonly #plan: readonly PlannedSession[];
  #programs: readonly Program[];
  #session = 0;
  readonly #tasks: TaskRecord[] = [];
  readonly #watch = new LoaderWatch();

  constructor(lab: Lab, options: RunOptions, folder: string) {
    const { seed, scenario, arm } = options;
    this.#lab = lab;
    this.#options = options;
    this.#folder = folder;
    this.#programs = makePrograms(seed, scenario.programs);
    const isHooked = arm === 'frozen' || arm === 'loop';
    const site = { template: lab.template, folder, programs: this.#programs, scenario, seed };
    const off = new Set(isHooked ? options.off : hookEvents);
    this.#machines = laySite({ ...site, off, guard: (by, machine, work) => this.#watch.guard(by, machine, work) });
    this.#watch.believe(this.#programs);
    const names = this.#programs.map(({ name }) => name);
    this.#plan = makePlan(seed, scenario, names);
  }

  async play(): Promise<RunRecord> {
    const { seed, scenario, arm } = this.#options;
    const driftAt = Math.ceil(this.#plan.length / 2);
    const original = this.#programs;
    for (const [at, session] of this.#plan.entries()) {
      this.#session = at;
      this.#watch.beginSession(at);
      if (at === driftAt && scenario.drift > 0) {
        this.#programs = drift(original, seed, scenario.drift);
        layPrograms(path.join(this.#folder, 'bin'), this.#programs);
        this.#watch.believe(this.#programs);
      }
      await this.#playSession(session);
    }
    // Twice, so that the first to sync also gets what the last had.
    for (const machine of [...this.#machines, ...this.#machines]) await this.#sync(machine);
    const before = new Map(original.flatMap(({ quirks }) => quirks.map((quirk) => [quirkId(quirk), quirk.value])));
    return {
      seed,
      scenario: scenario.name,
      arm,
      tasks: this.#tasks,
      losses: this.#watch.losses,
      slips: this.#watch.slips,
      drifted: this.#quirks()
        .filter((quirk) => before.get(quirkId(quirk)) !== quirk.value)
        .map(quirkId),
      driftAt,
      toldAtEnd: this.#quirks()
        .filter((quirk) => this.#machines.every(({ tree }) => isToldRight(readLoader(tree, quirk.program), quirk)))
        .map(quirkId),
    };
  }

  #quirks(): Quirk[] {
    return this.#programs.flatMap(({ quirks }) => quirks);
  }

  async #sync(machine: Machine): Promise<void> {
    if (this.#machines.length > 1 && this.#options.arm === 'loop') await machine.sync();
  }

  async #playSession(session: PlannedSession): Promise<void> {
    const machine = this.#machines[session.machine];
    if (machine === undefined) throw new RangeError(`there is no machine ${session.machine}`);
    await this.#sync(machine);
    await machine.begin(session.name);
    const runs: GradedRun[] = [];
    for (const [at, turn] of session.turns.entries()) {
      if (at === session.compactBefore) {
        this.#lab.agent.tell({ mind: this.#mind(session.name), says: 'forget' });
        await machine.compact(session.name);
      }
      runs.push(...(await this.#playTurn(machine, session, turn)));
    }
    if (this.#options.arm !== 'loop') return;
    this.#lab.auditor.tell({ tree: machine.tree, runs } satisfies Audit);
    await this.#lab.auditor.hear();
  }

  /** A name that no other run of this worker has. */
  #mind(name: string): string {
    return `${path.basename(this.#folder)}/${name}`;
  }

  async #playTurn(machine: Machine, session: PlannedSession, turn: PlannedTurn): Promise<GradedRun[]> {
    const { seed, scenario } = this.#options;
    const luck = (who: string): string => String(chance(seed, scenario.name, turn.at, who));
    const whole = turn.partner !== undefined;
    const manner = { writes: session.writes, whole, collapses: turn.collapses };
    const self = turn.subagent ? `${session.name}/subagent-${turn.at}` : session.name;
    const player = await this.#seat(machine, turn.task, { session: session.name, self, luck: luck('one'), manner });
    const revision = (task: Task): string | undefined => skillRevision(machine.tree, task.program);
    const seats = [{ player, task: turn.task, session: session.name, rev_id: revision(turn.task) }];
    if (turn.partner !== undefined) {
      const name = `${session.name}/partner-${turn.at}`;
      await machine.begin(name);
      const other = { session: name, self: name, luck: luck('two'), manner: { ...manner, collapses: false } };
      const partner = await this.#seat(machine, turn.partner, other);
      seats.push({ player: partner, task: turn.partner, session: name, rev_id: revision(turn.partner) });
    }
    for (const seat of seats) await seat.player.untilFile();
    for (const seat of seats) await seat.player.finish();
    for (const seat of seats) await machine.stop(seat.session);
    this.#watch.endTurn(machine);
    return seats.map((seat) => this.#note(machine, session, seat));
  }

  /** Puts an agent before a task, with what the hook prints for it. */
  async #seat(
    machine: Machine,
    task: Task,
    how: {
      session: string;
      self: string;
      luck: string;
      manner: { writes: boolean; whole: boolean; collapses: boolean };
    },
  ): Promise<Player> {
    const { agent } = this.#lab;
    const mind = this.#mind(how.self);
    const prompt = promptOf(task);
    const isSubagent = how.self !== how.session;
    const text =
      this.#options.arm === 'oracle'
        ? this.#oracle(task)
        : isSubagent
          ? await machine.subagent(how.session, prompt)
          : await machine.prompt(how.session, prompt);
    if (text !== '') agent.tell({ mind, says: 'context', text });
    const handsOff = this.#options.arm !== 'loop';
    const { session, luck, manner } = how;
    return new Player({ agent, machine, mind, session, task, luck, manner, handsOff });
  }

  /** A loader that knows everything, in the form in which the hook prints one. */
  #oracle({ program }: Task): string {
    const quirks = this.#quirks().filter((quirk) => quirk.program === program);
    const lines = quirks.map(({ topic, value }) => `- ${topic}: \`${value}\``);
    return `[snappy-os] Loader of the skill \`${program}\` (oracle), from /oracle/AGENTS.md; its reference is SKILL.md.\n\n${lines.join('\n')}\n`;
  }

  #note(
    machine: Machine,
    { round, machine: number }: PlannedSession,
    seat: { player: Player; task: Task; session: string; rev_id: string | undefined },
  ): GradedRun {
    const { program } = seat.task;
    const text = readLoader(machine.tree, program);
    const quirks = this.#quirks().filter((quirk) => quirk.program === program);
    const met = seat.player.met.map((one) => {
      const quirk = quirks.find(({ topic }) => topic === one.topic);
      return { ...one, told: quirk !== undefined && isToldRight(text, quirk) };
    });
    const record: TaskRecord = { session: this.#session, round, machine: number, program, met };
    this.#tasks.push(record);
    const worst = met.toSorted((a, b) => b.steps - a.steps)[0];
    const issue =
      worst?.steps === 1
        ? undefined
        : `${worst?.topic ?? ''} was ${worst?.knew === 'wrong' ? 'wrong in' : 'not in'} the loader`;
    return {
      skill: program,
      score: bestOf(record) / stepsOf(record),
      actor: seat.session,
      ...(seat.rev_id === undefined ? {} : { rev_id: seat.rev_id }),
      ...(issue === undefined ? {} : { issue }),
    };
  }
}
