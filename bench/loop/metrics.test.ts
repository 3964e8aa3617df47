import { describe, expect, it } from 'vitest';
import { closedGaps, gapsOf, regretOf, scoreOf, stepsBySession, tailOf } from './metrics.ts';
import type { Knowledge } from './player.ts';
import type { RunRecord, TaskRecord } from './record.ts';

function task(session: number, ...met: [topic: string, knew: Knowledge, steps: number, told: boolean][]): TaskRecord {
  const needs = met.map(([topic, knew, steps, told]) => ({ topic, knew, steps, told }));
  return { session, round: session, machine: 0, program: 'flobix', met: needs };
}

function run(tasks: readonly TaskRecord[], more: Partial<RunRecord> = {}): RunRecord {
  const plain = {
    seed: 1,
    scenario: 'clean',
    arm: 'loop',
    losses: [],
    slips: [],
    drifted: [],
    driftAt: 0,
    toldAtEnd: [],
  };
  return { ...plain, tasks, ...more } as RunRecord;
}

describe('the gaps of a run', () => {
  it('count the meetings until a turn ends with a loader that is right', () => {
    const tasks = [
      task(0, ['selector', 'nothing', 4, false]),
      task(1, ['selector', 'nothing', 4, true]),
      task(2, ['selector', 'right', 1, true]),
    ];
    expect(gapsOf(run(tasks))).toEqual([{ quirk: 'flobix/selector', drifted: false, encounters: 2, closed: true }]);
  });

  it('are none where the loader was right from the beginning', () => {
    expect(gapsOf(run([task(0, ['selector', 'right', 1, true])]))).toEqual([]);
  });

  it('stay open while a brief knows what the loader does not', () => {
    const tasks = [task(0, ['selector', 'nothing', 4, false]), task(1, ['selector', 'right', 1, false])];
    expect(gapsOf(run(tasks))).toMatchObject([{ encounters: 2, closed: false }]);
  });

  it('begin anew for a quirk that has drifted', () => {
    const tasks = [
      task(0, ['selector', 'nothing', 4, true]),
      task(1, ['selector', 'wrong', 7, false]),
      task(2, ['selector', 'wrong', 7, true]),
    ];
    expect(gapsOf(run(tasks, { drifted: ['flobix/selector'], driftAt: 1 }))).toMatchObject([
      { drifted: false, encounters: 1 },
      { drifted: true, encounters: 2 },
    ]);
  });

  it('count as closed by what the loaders say at the end', () => {
    const tasks = [task(0, ['selector', 'nothing', 4, true], ['dry-mode', 'nothing', 4, true])];
    expect(closedGaps(run(tasks, { toldAtEnd: ['flobix/dry-mode'] }))).toEqual({ met: 2, closed: 1 });
  });
});

describe('regret', () => {
  it('is 0 for one who knows all, 1 for one who knows nothing, and more for one who is misled', () => {
    expect(regretOf([task(0, ['selector', 'right', 1, true])])).toBe(0);
    expect(regretOf([task(0, ['selector', 'nothing', 4, true])])).toBe(1);
    expect(regretOf([task(0, ['selector', 'wrong', 7, true])])).toBe(2);
    expect(scoreOf(run([task(0, ['selector', 'wrong', 7, true])]))).toBe(-1);
  });

  it('of the tail is that of the last third of the sessions', () => {
    const tasks = [0, 1, 2, 3, 4, 5].map((session) => task(session, ['selector', 'right', 1, true]));
    expect(tailOf(run(tasks)).map(({ session }) => session)).toEqual([4, 5]);
  });
});

it('steps by session are for each step that was needed', () => {
  const tasks = [
    task(0, ['selector', 'nothing', 4, true], ['dry-mode', 'nothing', 4, true]),
    task(1, ['selector', 'right', 1, true], ['dry-mode', 'nothing', 4, true]),
  ];
  expect(stepsBySession(run(tasks))).toEqual([4, 2.5]);
});
