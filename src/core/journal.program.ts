import { applyJournaled, recover } from './journal.ts';
import { realSystem } from './system.ts';
import { diskAt, richPlan } from './test-disk.ts';
import { killedAt, withFaults } from './test-faults.ts';

// A program for tests: applies the rich plan, or recovers from it, on a disk laid before, and is killed at a given call.
const [job, root = '', at, other] = process.argv.slice(2);
const disk = diskAt(root);
const plan = job === 'apply' ? richPlan(disk, other) : [];
withFaults(killedAt(Number(at)), () => {
  if (job === 'apply') applyJournaled(realSystem(), plan, { journal: disk.journal, label: 'test' });
  else recover(realSystem(), disk.journal);
});
