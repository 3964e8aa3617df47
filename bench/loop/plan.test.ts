import { describe, expect, it } from 'vitest';
import { makePlan } from './plan.ts';
import { scenarios } from './scenarios.ts';

const programs = Array.from({ length: 12 }, (_, at) => `program-${at}`);

describe('a plan', () => {
  it('is the same for every arm of a seed', () => {
    expect(makePlan(1, scenarios.mixed, programs)).toEqual(makePlan(1, scenarios.mixed, programs));
  });

  it('lets the machines take turns, each with as many sessions', () => {
    const plan = makePlan(1, scenarios.threeMachines, programs);
    expect(plan.slice(0, 4).map(({ machine, round }) => [machine, round])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
    ]);
    expect(plan).toHaveLength(3 * scenarios.threeMachines.sessions);
  });

  it('keeps each session to a few programs', () => {
    for (const { turns } of makePlan(1, scenarios.clean, programs))
      expect(new Set(turns.map(({ task }) => task.program)).size).toBeLessThanOrEqual(scenarios.clean.focus);
  });

  it('lets each program and each of its topics come up about equally often', () => {
    const needs = makePlan(1, scenarios.clean, programs).flatMap(({ turns }) =>
      turns.flatMap(({ task }) => task.needs.map((need) => `${task.program}/${need}`)),
    );
    const counts = new Map(needs.map((need) => [need, needs.filter((other) => other === need).length]));
    expect(counts.size).toBe(60);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(2);
  });

  it('needs two or three different topics in each task', () => {
    const tasks = makePlan(2, scenarios.mixed, programs).flatMap(({ turns }) =>
      turns.flatMap(({ task, partner }) => (partner === undefined ? [task] : [task, partner])),
    );
    for (const { needs } of tasks) expect([2, 3]).toContain(new Set(needs).size);
  });

  it('has about as much of everything as its scenario says', () => {
    const turns = Array.from({ length: 30 }, (_, seed) => makePlan(seed, scenarios.mixed, programs)).flatMap((plan) =>
      plan.flatMap((session) => session.turns),
    );
    const share = (what: number): number => what / turns.length;
    expect(share(turns.filter(({ partner }) => partner !== undefined).length)).toBeCloseTo(scenarios.mixed.together, 1);
    expect(share(turns.filter(({ collapses }) => collapses).length)).toBeCloseTo(scenarios.mixed.collapsing, 1);
    expect(turns.some(({ partner, subagent }) => partner !== undefined && subagent)).toBe(false);
  });
});
