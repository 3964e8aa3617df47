// Plays the runs of the seeds that it is sent, one after the other, and sends back what they left.
import { controlRuns, mainRuns } from './experiment.ts';
import { withLab } from './lab.ts';
import { scoresOf, tailOf } from './metrics.ts';
import { playRegression } from './real-regression.ts';
import { playRun } from './run.ts';
import type { RunRecord } from './record.ts';

/** What a worker is asked for. */
export interface SeedJob {
  readonly seed: number;
  /** Whether the runs with one event disabled are played too. */
  readonly controls: boolean;
}

/** A run with the name that it has in the experiment. */
export type NamedRun = RunRecord & { readonly name: string };

/** What it sends when a seed is done. */
export interface SeedDone {
  readonly seed: number;
  readonly runs: readonly NamedRun[];
  /** Whether a revision that did worse was put back in a real tree. */
  readonly restored: boolean;
}

async function serve(): Promise<void> {
  await withLab(async (lab) => {
    for (;;) {
      const job = await nextJob();
      if (job === undefined) return;
      const { seed } = job;
      const runs: NamedRun[] = [];
      for (const { name, ...options } of [...mainRuns, ...(job.controls ? controlRuns : [])])
        runs.push({ ...(await playRun(lab, { ...options, seed })), name });
      const scores = runs.filter(({ name }) => name === 'loop').flatMap((run) => scoresOf(tailOf(run)));
      const restored = await playRegression(lab, seed, scores);
      process.send?.({ seed, runs, restored } satisfies SeedDone);
    }
  });
  process.disconnect();
}

function nextJob(): Promise<SeedJob | undefined> {
  process.send?.('ready');
  return new Promise((resolve) => {
    process.once('message', (message) => resolve(message === 'done' ? undefined : (message as SeedJob)));
  });
}

await serve();
