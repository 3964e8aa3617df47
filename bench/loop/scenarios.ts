// The ways in which things go in the benchmark.
import type { Scenario } from './plan.ts';

const plain: Omit<Scenario, 'name'> = {
  machines: 1,
  programs: 12,
  sessions: 16,
  turns: 6,
  focus: 3,
  compacted: 0.25,
  subagents: 0.15,
  readOnly: 0,
  together: 0,
  collapsing: 0,
  drift: 0,
  revert: 'ask',
};

/** Where the question is whether something is lost, a smaller world shows it as well. */
const small = { ...plain, programs: 8, sessions: 12 };

export const scenarios = {
  clean: { ...plain, name: 'clean' },
  threeMachines: { ...plain, name: 'three machines', machines: 3, sessions: 8 },
  drift: { ...small, name: 'drift', drift: 0.2 },
  collapse: { ...small, name: 'collapse', collapsing: 0.1, revert: 'auto' },
  together: { ...small, name: 'at once', together: 0.3, subagents: 0 },
  /** Everything that each event of the hook is there for, and a lot of it. */
  mixed: {
    ...small,
    name: 'mixed',
    sessions: 10,
    compacted: 1,
    subagents: 0.25,
    readOnly: 0.25,
    together: 0.6,
    collapsing: 0.1,
    drift: 0.2,
    revert: 'auto',
  },
} as const satisfies Record<string, Scenario>;
