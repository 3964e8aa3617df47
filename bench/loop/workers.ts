// Spreads seeds over as many processes as the machine has cores.
import { fork } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { NamedRun, SeedDone, SeedJob } from './worker.ts';

/** Plays all jobs; the runs in the order of the jobs. Throws when a worker fails. */
export async function playSeeds(jobs: readonly SeedJob[], tell: (done: number) => void): Promise<NamedRun[][]> {
  const waiting = [...jobs];
  const results = new Map<number, readonly NamedRun[]>();
  const keep = ({ seed, runs }: SeedDone): void => {
    results.set(seed, runs);
    tell(results.size);
  };
  const count = Math.min(os.availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: count }, () => runWorker(waiting, keep)));
  return jobs.map(({ seed }) => [...(results.get(seed) ?? [])]);
}

function runWorker(waiting: SeedJob[], keep: (done: SeedDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(path.join(import.meta.dirname, 'worker.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    worker.on('message', (message) => {
      if (message === 'ready') worker.send(waiting.shift() ?? 'done');
      else keep(message as SeedDone);
    });
    worker.once('error', reject);
    worker.once('exit', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`a worker ended with status ${status}`));
    });
  });
}
