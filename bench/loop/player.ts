// One agent at one task: carries out what it does, counts its steps, and notes what it turned out to know.
import type { Action, Assignment, Reply } from './agent.ts';
import type { AgentProcess } from './agent-process.ts';
import { chance } from './chance.ts';
import type { Machine } from './machine.ts';
import type { Task } from './programs.ts';

/** What an agent knew of a quirk when it came to it. */
export type Knowledge = 'right' | 'wrong' | 'nothing';

/** One need of a task, and what it took. */
export interface Met {
  readonly topic: string;
  readonly knew: Knowledge;
  readonly steps: number;
}

/** What the steps are worth: the contract of the benchmark. */
const costs = { run: 1, wrongRun: 2, probe: 4 };
const probeFindsOut = 0.9;

type FileAction = Extract<Action, { path: string }>;

export interface PlayerOptions {
  readonly agent: AgentProcess;
  readonly machine: Machine;
  /** The agent's memory, and the session it works in. */
  readonly mind: string;
  readonly session: string;
  readonly task: Task;
  /** Names the luck of this turn. */
  readonly luck: string;
  readonly manner: Pick<Assignment, 'writes' | 'whole' | 'collapses'>;
  /** Where its changes of files are not carried out, though it is told so. */
  readonly handsOff: boolean;
}

/** Plays a task step by step, so that two agents can be at work at once. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #steps = new Map<string, { knew: Knowledge; steps: number }>();
  #next: Action | undefined;

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  /** Goes on to the first change of a file, which is not made yet, or to the end of the task. */
  async untilFile(): Promise<void> {
    for (let action = await this.#upcoming(); !isFileAction(action) && action.does !== 'stop';)
      action = await this.#answer(this.#tryOut(action));
  }

  /** Goes on to the end of the task. */
  async finish(): Promise<void> {
    const { machine, session, handsOff } = this.#options;
    for (let action = await this.#upcoming(); action.does !== 'stop';) {
      const reply = !isFileAction(action)
        ? this.#tryOut(action)
        : handsOff
          ? { ok: true }
          : await machine.change(session, action);
      action = await this.#answer(reply);
    }
  }

  /** What the needs have taken, in the order of the task. */
  get met(): Met[] {
    return this.#options.task.needs.map((topic) => ({ topic, ...this.#entry(topic) }));
  }

  #entry(topic: string): { knew: Knowledge; steps: number } {
    return this.#steps.get(topic) ?? { knew: 'nothing', steps: 0 };
  }

  async #upcoming(): Promise<Action> {
    const { agent, mind, task, luck, manner } = this.#options;
    this.#next ??= await agent.ask({ mind, says: 'task', program: task.program, needs: task.needs, luck, ...manner });
    return this.#next;
  }

  async #answer(reply: Reply): Promise<Action> {
    const { agent, mind } = this.#options;
    this.#next = await agent.ask({ mind, says: 'reply', ...reply });
    return this.#next;
  }

  #tryOut(action: Exclude<Action, FileAction>): Reply {
    const { machine, task, luck } = this.#options;
    if (action.does === 'stop') return { ok: true };
    const { topic } = action;
    const before = this.#entry(topic);
    if (action.does === 'probe') {
      this.#steps.set(topic, { knew: before.knew, steps: before.steps + costs.probe });
      if (chance(luck, topic, 'probe') >= probeFindsOut) return { ok: true };
      return { ok: true, value: machine.explain(task.program, topic) };
    }
    const ok = machine.use(task.program, topic, action.value);
    const knew = ok && before.steps === 0 ? 'right' : 'wrong';
    this.#steps.set(topic, { knew, steps: before.steps + costs.run + (ok ? 0 : costs.wrongRun) });
    return { ok };
  }
}

function isFileAction(action: Action): action is FileAction {
  return 'path' in action;
}
