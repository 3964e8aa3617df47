// The ways in which things go in the benchmark.
import type { Scenario } from './plan.ts';

const plain: Omit<Scenario, 'name'> = {
  machines: 1,
  programs: 12,
  sessions: 20,
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

export const scenarios = {
  clean: { ...plain, name: 'clean' },
  threeMachines: { ...plain, name: 'three machines', machines: 3, sessions: 12, turns: 5 },
  drift: { ...plain, name: 'drift', drift: 0.2 },
  collapse: { ...plain, name: 'collapse', collapsing: 0.15, revert: 'auto' },
  together: { ...plain, name: 'at once', together: 0.3, subagents: 0 },
  /** Everything that each event of the hook is there for, and a lot of it. */
  mixed: {
    ...plain,
    name: 'mixed',
    compacted: 1,
    subagents: 0.25,
    readOnly: 0.3,
    together: 0.25,
    collapsing: 0.15,
    drift: 0.2,
    revert: 'auto',
  },
} as const satisfies Record<string, Scenario>;
