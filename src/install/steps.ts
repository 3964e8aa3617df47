/** What became of one step. In a plan, `changed` is what would be. */
export type StepStatus = 'ok' | 'changed' | 'skipped' | 'warn' | 'failed';

/** One step of the pipeline as it is reported. */
export interface Step {
  readonly step: number;
  readonly name: string;
  readonly status: StepStatus;
  /** Milliseconds. */
  readonly ms: number;
  /** One line for the table. */
  readonly summary: string;
  /** What a person should know beside it, one line each. */
  readonly notes: readonly string[];
}

export type StepResult = Omit<Step, 'step' | 'name' | 'ms'>;

/** Runs the steps of a pipeline one after the other, and keeps what became of each. */
export interface StepRunner {
  readonly steps: readonly Step[];
  run<T>(step: number, name: string, body: () => Promise<readonly [StepResult, T]>): Promise<T>;
  /** A step that was done, and timed, as a part of another. */
  add(step: Step): void;
  /** Another outcome of a step that was told already. */
  replace(step: Step): void;
}

/** A runner that tells of each step as it ends. `clock` gives milliseconds. */
export function stepRunner(tell: (step: Step) => void, clock: () => number = () => performance.now()): StepRunner {
  const steps: Step[] = [];
  const add = (step: Step): void => {
    steps.push(step);
    tell(step);
  };
  return {
    steps,
    add,
    replace(step) {
      const at = steps.findIndex((one) => one.step === step.step);
      if (at >= 0) steps.splice(at, 1);
      add(step);
    },
    async run(step, name, body) {
      const begin = clock();
      const [result, value] = await body();
      add({ step, name, ms: Math.round(clock() - begin), ...result });
      return value;
    },
  };
}

/** The worst that became of any of them: what decides the exit status. */
export function anyFailed(steps: readonly Step[]): boolean {
  return steps.some(({ status }) => status === 'failed');
}
