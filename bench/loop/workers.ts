// Spreads seeds over as many processes as the machine has cores.
import { fork } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { SeedDone } from './worker.ts';

/**
 * Plays these seeds; the results in the order of the seeds. `tell` is called
 * with the number of runs that are over. Throws when a worker fails.
 */
export async function playSeeds(seeds: readonly number[], tell: (runs: number) => void): Promise<SeedDone[]> {
  const waiting = [...seeds];
  const results: SeedDone[] = [];
  let runs = 0;
  const keep = (message: SeedDone | 'run'): void => {
    if (message === 'run') tell((runs += 1));
    else results.push(message);
  };
  const count = Math.min(os.availableParallelism(), seeds.length);
  await Promise.all(Array.from({ length: count }, () => runWorker(waiting, keep)));
  return results.toSorted((a, b) => a.seed - b.seed);
}

function runWorker(waiting: number[], keep: (message: SeedDone | 'run') => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(path.join(import.meta.dirname, 'worker.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    worker.on('message', (message) => {
      if (message === 'ready') worker.send(waiting.shift() ?? 'done');
      else keep(message as SeedDone | 'run');
    });
    worker.once('error', reject);
    worker.once('exit', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`a worker ended with status ${status}`));
    });
  });
}
