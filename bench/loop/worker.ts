// Plays the runs of the seeds that it is sent, one after the other, and sends back what they left.
import { runsOfSeed } from './experiment.ts';
import { withLab } from './lab.ts';
import { scoresOf, tailOf } from './metrics.ts';
import { playRegression } from './real-regression.ts';
import { playRun } from './run.ts';
import type { RunRecord } from './record.ts';

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
      const seed = await nextSeed();
      if (seed === undefined) return;
      const runs: NamedRun[] = [];
      for (const { name, ...options } of runsOfSeed(seed)) {
        runs.push({ ...(await playRun(lab, { ...options, seed })), name });
        process.send?.('run');
      }
      const scores = runs.filter(({ name }) => name === 'loop').flatMap((run) => scoresOf(tailOf(run)));
      const restored = await playRegression(lab, seed, scores);
      process.send?.({ seed, runs, restored } satisfies SeedDone);
    }
  });
  process.disconnect();
}

function nextSeed(): Promise<number | undefined> {
  process.send?.('ready');
  return new Promise((resolve) => {
    process.once('message', (message) => resolve(message === 'done' ? undefined : Number(message)));
  });
}

await serve();
