// The table: what was to be shown, what was measured, how sure it is.
import { atLeast, atMost, figure } from '../report.ts';
import type { Row } from '../report.ts';
import { estimate, mean, quantileOf } from './confidence.ts';
import type { Estimate } from './confidence.ts';
import { closedGaps, gapsOf, regretOf, scoreOf, tailOf } from './metrics.ts';
import type { Gap } from './metrics.ts';
import { bestOf, stepsOf } from './record.ts';
import type { RunRecord } from './record.ts';
import type { NamedRun } from './worker.ts';

/** All runs of one seed, by their names in the experiment. */
export type SeedRuns = ReadonlyMap<string, RunRecord>;

/** Groups what the workers sent. */
export function bySeed(seeds: readonly (readonly NamedRun[])[]): SeedRuns[] {
  return seeds.map((runs) => new Map(runs.map((run) => [run.name, run])));
}

/** The seeds' runs of one name; a seed without one is left out. */
export function runsOf(seeds: readonly SeedRuns[], name: string): RunRecord[] {
  return seeds.flatMap((runs) => runs.get(name) ?? []);
}

function withInterval(row: Row, { low, high }: Estimate): Row {
  return { ...row, interval: [low, high] };
}

function atLeastBy(name: string, found: Estimate, limit: number): Row {
  return withInterval(atLeast(name, found.value, '', limit), found);
}

function atMostBy(name: string, found: Estimate, limit: number, unit = ''): Row {
  return withInterval(atMost(name, found.value, unit, limit), found);
}

function shown(name: string, found: Estimate, unit = ''): Row {
  return withInterval(figure(name, found.value, unit), found);
}

/** Gaps closed of those met. */
function closedShare(runs: readonly RunRecord[]): Estimate {
  return estimate(runs.map(closedGaps), (sample) => {
    const sum = (of: (one: { met: number; closed: number }) => number): number =>
      sample.reduce((total, one) => total + of(one), 0);
    return sum((one) => one.closed) / sum((one) => one.met);
  });
}

/** A quantile of the encounters that gaps of all seeds needed. One that was never closed needed more than it had. */
function encounters(
  runs: readonly RunRecord[],
  share: number,
  counts: (gap: Gap, run: RunRecord) => boolean,
): Estimate {
  const seeds = runs.map((run) =>
    gapsOf(run)
      .filter((gap) => counts(gap, run))
      .map((gap) => gap.encounters + (gap.closed ? 0 : 1)),
  );
  return estimate(seeds, (sample) => quantileOf(sample.flat(), share));
}

/** The rows of the table that come from runs. */
export function goalRows(seeds: readonly SeedRuns[]): Row[] {
  const [loop, three, drifted] = ['loop', 'three machines', 'drift'].map((name) => runsOf(seeds, name));
  if (loop === undefined || three === undefined || drifted === undefined) return [];
  const all = (): boolean => true;
  const losses = seeds.map((runs) => [...runs.values()].flatMap((run) => run.losses));
  const lost = estimate(losses, (sample) => sample.flat().filter((loss) => !loss.aside).length);
  const tail = (runs: readonly RunRecord[]): Estimate =>
    estimate(
      runs.map((run) => regretOf(tailOf(run))),
      mean,
    );
  return [
    atLeastBy('gaps closed, of those met: one machine', closedShare(loop), 0.95),
    atLeastBy('gaps closed, of those met: three machines', closedShare(three), 0.95),
    atMostBy('encounters until closed, median', encounters(loop, 0.5, all), 1),
    atMostBy('encounters until closed, p95', encounters(loop, 0.95, all), 2),
    atMostBy('tail regret, three machines', tail(three), 0.05),
    shown('tail regret, one machine', tail(loop)),
    atMostBy('verified facts lost by drain or merge, all runs', lost, 0),
    atMostBy(
      'encounters until recovered after drift, p95',
      encounters(drifted, 0.95, ({ drifted: after }) => after),
      2,
    ),
  ];
}

/** What else the runs tell, held to no goal. */
export function otherRows(seeds: readonly SeedRuns[]): Row[] {
  const scores = ['frozen', 'loop', 'three machines', 'drift', 'collapse', 'at once'].map((name) =>
    shown(`score: ${name}`, estimate(runsOf(seeds, name).map(scoreOf), mean)),
  );
  const back = ['collapse', 'at once'].map((name) => {
    const slips = runsOf(seeds, name).map((run) => run.slips);
    const share = estimate(slips, (sample) => mean(sample.flat().map((slip) => (slip.back ? 1 : 0))));
    return shown(`true lines that agents overwrote, back when the turn was over: ${name}`, share);
  });
  const aside = seeds.map((runs) => [...runs.values()].flatMap(({ losses }) => losses).filter((loss) => loss.aside));
  return [
    ...scores,
    ...back,
    figure('true lines put aside by a conflict, all runs', aside.flat().length, ''),
    figure('seeds', seeds.length, ''),
  ];
}

/** The controls: where these do not hold, the table above shows nothing. */
export function controlRows(seeds: readonly SeedRuns[], reachesOracle: boolean): Row[] {
  const perNeed = (name: string): Estimate =>
    estimate(
      runsOf(seeds, name).map(
        ({ tasks }) =>
          tasks.reduce((sum, task) => sum + stepsOf(task), 0) / tasks.reduce((sum, task) => sum + bestOf(task), 0),
      ),
      mean,
    );
  const controlled = seeds.filter((runs) => runs.has('mixed'));
  const events = [...(controlled[0]?.keys() ?? [])].filter((name) => name.startsWith('without '));
  const single = events.filter((name) => name !== 'without all');
  return [
    isExactly('control: steps a need without a skill', perNeed('none').value, 4),
    isExactly('control: steps a need with all known', perNeed('oracle').value, 1),
    shown('control: score, mixed scenario', estimate(runsOf(controlled, 'mixed').map(scoreOf), mean)),
    ...single.map((name) => {
      const falls = estimate(controlled, (sample) => mean(sample.map((runs) => fallOf(runs, name))));
      // The whole interval must lie above: a fall that other seeds might not show is not to be seen.
      return { ...shown(`control: score falls ${name}`, falls), goal: '> 0.01', ok: falls.low > 0.01 };
    }),
    isExactly('control: score of a loop that does nothing', mean(runsOf(controlled, 'without all').map(scoreOf)), 0),
    isExactly('control: the agent reaches the oracle', reachesOracle ? 1 : 0, 0),
  ];
}

function fallOf(runs: SeedRuns, name: string): number {
  const [whole, part] = [runs.get('mixed'), runs.get(name)];
  return whole === undefined || part === undefined ? Number.NaN : scoreOf(whole) - scoreOf(part);
}

function isExactly(name: string, value: number, wanted: number): Row {
  return { ...figure(name, value, ''), goal: `= ${wanted}`, ok: value === wanted };
}
