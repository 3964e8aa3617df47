import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyJournaled, recover, type Recovery } from './journal.ts';
import { realSystem } from './system.ts';
import { diskAt, freshFolder, layDisk, richPlan, snapshot } from './test-disk.ts';
import { deadFrom, withFaults } from './test-faults.ts';

const program = path.join(import.meta.dirname, 'journal.program.ts');
let root: string;
/** On another file system, where the machine has one: moves from here are copies. */
let far: string;
let before: readonly string[];

beforeEach(() => {
  root = freshFolder();
  far = freshFolder('far');
  lay();
});

afterEach(() => {
  for (const dir of [root, far]) fs.rmSync(dir, { recursive: true });
});

const shown = (): string[] => [...snapshot(root), ...snapshot(far)];

/** Lays both disks anew. */
function lay(): void {
  for (const dir of [root, far]) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
  layDisk(root);
  fs.mkdirSync(path.join(far, 'far', 'deep'), { recursive: true, mode: 0o710 });
  fs.writeFileSync(path.join(far, 'far', 'deep', 'run.sh'), 'a day of work', { mode: 0o751 });
  fs.symlinkSync('deep', path.join(far, 'far', 'link'));
  before = shown();
}

const next = (): Recovery => recover(realSystem(), diskAt(root).journal);

/** Does `act` until call `at` and nothing more; `true` if it came that far. */
function cutOff(at: number, act: () => void): boolean {
  const calls = withFaults(deadFrom(at), () => {
    try {
      act();
    } catch {
      // What a killed process would have said is of no interest.
    }
  });
  return calls >= at;
}

function apply(): void {
  const disk = diskAt(root);
  applyJournaled(realSystem(), richPlan(disk, far), { journal: disk.journal, label: 'install' });
}

test('a run cut off at any call is undone by the next one, or had done all', () => {
  apply();
  const after = shown();
  const outcomes = new Set<string>();
  let at = 1;
  for (; ; at += 1) {
    lay();
    if (!cutOff(at, apply)) break;
    const { outcome, left } = next();
    outcomes.add(outcome);
    expect(left, `cut off at call ${at}`).toEqual([]);
    // The last calls only clean up.
    const isDone = outcome === 'finished' || (outcome === 'clean' && outcomes.has('finished'));
    expect(shown(), `cut off at call ${at}`).toEqual(isDone ? after : before);
  }
  expect(at).toBeGreaterThan(60);
  expect(outcomes).toEqual(new Set(['clean', 'rolled back', 'finished']));
});

test('a recovery cut off at any call is done by the next one', () => {
  for (const reached of [20, 35, 50, 60, 75]) {
    let at = 1;
    for (; ; at += 1) {
      lay();
      expect(cutOff(reached, apply)).toBe(true);
      const isCut = cutOff(at, next);
      next();
      expect(shown(), `run cut off at call ${reached}, recovery at call ${at}`).toEqual(before);
      if (!isCut) break;
    }
    expect(at).toBeGreaterThan(3);
  }
});

test('the run after a cut-off one comes to the same end as if nothing had happened', () => {
  apply();
  const after = shown();
  lay();
  cutOff(50, apply);
  next();
  apply();
  expect(shown()).toEqual(after);
});

/** Runs one job in a process of its own that kills itself at a call; whether it was killed. */
function killed(job: 'apply' | 'recover', at: number): boolean {
  const { signal, status, stderr } = spawnSync(process.execPath, [program, job, root, String(at), far], {
    encoding: 'utf8',
  });
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`${job} to be killed at ${at}: ${stderr}`);
  return signal === 'SIGKILL';
}

test('a process that is really killed leaves no more behind', () => {
  for (const [reached, at] of [
    [6, 1],
    [30, 5],
    [45, 12],
    [58, 3],
    [75, 20],
  ] as const) {
    lay();
    expect(killed('apply', reached)).toBe(true);
    killed('recover', at);
    expect(next().left).toEqual([]);
    expect(shown(), `run killed at call ${reached}, recovery at call ${at}`).toEqual(before);
  }
});
