import { writeSync } from 'node:fs';
import { SnappyError } from './errors.ts';
import { applyJournaled } from './journal.ts';
import { realSystem } from './system.ts';
import { diskAt, richPlan } from './test-disk.ts';

// A program for tests, to be run where files may not grow large: a plan with a large file in it; prints what is said.
const disk = diskAt(process.argv[2] ?? '');
const big = {
  kind: 'write',
  path: disk.at('home/big'),
  before: undefined,
  after: Buffer.alloc(200_000),
  mode: undefined,
} as const;
try {
  applyJournaled(realSystem(), [...richPlan(disk), big], { journal: disk.journal, label: 'test' });
} catch (cause) {
  if (!(cause instanceof SnappyError)) throw cause;
  writeSync(1, `${cause.message}\n`);
}
