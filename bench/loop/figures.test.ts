import { describe, expect, it } from 'vitest';
import type { Row } from '../report.ts';
import { controlRows, goalRows } from './figures.ts';
import type { SeedRuns } from './figures.ts';
import type { RunRecord } from './record.ts';

/** A run of four sessions whose every need takes so many steps. */
function run(steps: number, more: Partial<RunRecord> = {}): RunRecord {
  const knew = steps === 1 ? 'right' : 'nothing';
  const tasks = [0, 1, 2, 3].map((session) => ({
    session,
    round: session,
    machine: 0,
    program: 'flobix',
    met: [{ topic: 'selector', knew, steps, told: true } as const],
  }));
  const none = { losses: [], slips: [], drifted: [], driftAt: 2, toldAtEnd: ['flobix/selector'] };
  return { seed: 1, scenario: 'any', arm: 'loop', tasks, ...none, ...more };
}

const events = ['session', 'prompt', 'subagent', 'edit', 'changed', 'stop'];

/** Runs of three seeds as they should be, but for those that are given. */
function seeds(changed: Readonly<Record<string, RunRecord>> = {}): SeedRuns[] {
  const usual: [string, RunRecord][] = [
    ['none', run(4)],
    ['oracle', run(1)],
    ['loop', run(1)],
    ['three machines', run(1)],
    ['drift', run(4, { drifted: ['flobix/selector'] })],
    ['mixed', run(1)],
    ...events.map((event): [string, RunRecord] => [`without ${event}`, run(2)]),
    ['without all', run(4)],
  ];
  return [1, 2, 3].map(() => new Map([...usual, ...Object.entries(changed)]));
}

const red = (rows: readonly Row[]): string[] => rows.filter(({ ok }) => !ok).map(({ name }) => name);

describe('the controls', () => {
  it('hold where each event is worth something', () => {
    expect(red(controlRows(seeds(), false))).toEqual([]);
  });

  it('fail for an event that can be left out', () => {
    expect(red(controlRows(seeds({ 'without stop': run(1) }), false))).toEqual(['control: score falls without stop']);
  });

  it('fail for an agent that reaches the oracle, and for a loop that scores with nothing', () => {
    expect(red(controlRows(seeds({ 'without all': run(3) }), true))).toEqual([
      'control: score of a loop that does nothing',
      'control: the agent reaches the oracle',
    ]);
  });

  it('fail where an agent with no skill does not pay in full', () => {
    expect(red(controlRows(seeds({ none: run(3) }), false))).toEqual(['control: steps a need without a skill']);
  });
});

describe('the goals', () => {
  const learned = run(1, { tasks: [...run(4).tasks.slice(0, 1), ...run(1).tasks.slice(1)] });
  const closed = { 'three machines': learned, loop: learned };

  it('are met by loaders that are right after the first encounter', () => {
    expect(red(goalRows(seeds(closed)))).toEqual([]);
  });

  it('are missed when one true line is lost', () => {
    const loss = { by: 'merge', quirk: 'flobix/selector', session: 1, aside: false } as const;
    const lossy = { ...closed, 'three machines': { ...learned, losses: [loss] } };
    expect(red(goalRows(seeds(lossy)))).toContain('verified facts lost by drain or merge, all runs');
  });

  it('are missed where the tail still costs as much as without a skill', () => {
    expect(red(goalRows(seeds({ ...closed, 'three machines': run(4) })))).toContain('tail regret, three machines');
  });

  it('are missed where a gap that was met is not closed at the end', () => {
    const open = { ...closed, loop: { ...learned, toldAtEnd: [] } };
    expect(red(goalRows(seeds(open)))).toContain('gaps closed, of those met: one machine');
  });
});
