import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyChanges } from './test-apply.ts';
import { SnappyError } from './errors.ts';
import { applyJournaled, recover } from './journal.ts';
import { realSystem, type Change, type System } from './system.ts';
import { freshFolder, layDisk, richPlan, snapshot, type Disk } from './test-disk.ts';
import { failsOnce, fullFrom, withFaults, type Fault } from './test-faults.ts';

let disk: Disk;

beforeEach(() => {
  disk = layDisk(freshFolder());
});

afterEach(() => fs.rmSync(disk.root, { recursive: true }));

const run = (changes: readonly Change[], system: System = realSystem()): void =>
  applyJournaled(system, changes, { journal: disk.journal, label: 'install' });

function errorOf(act: () => void): SnappyError {
  try {
    act();
  } catch (cause) {
    if (cause instanceof SnappyError) return cause;
    throw cause;
  }
  throw new Error('nothing was thrown');
}

/** Runs the rich plan with a fault; the error if there was one, and how many calls there were. */
function runWith(fault: Fault): { error: unknown; calls: number } {
  let error: unknown;
  const calls = withFaults(fault, () => {
    try {
      run(richPlan(disk));
    } catch (cause) {
      error = cause;
    }
  });
  return { error, calls };
}

const isKept = (): boolean => fs.existsSync(path.join(disk.journal, 'journal.json'));

describe('a run that comes to its end', () => {
  test('does what applying without a journal does, and leaves no journal', () => {
    run(richPlan(disk));
    const journaled = snapshot(disk.root);
    const plain = layDisk(freshFolder());
    applyChanges(realSystem(), richPlan(plain));
    const renamed = snapshot(plain.root).map((line) => line.replaceAll(plain.root, disk.root));
    fs.rmSync(plain.root, { recursive: true });
    expect(journaled).toEqual(renamed);
  });

  test('with nothing to do writes no journal', () => {
    const calls = withFaults(
      () => undefined,
      () => run([{ kind: 'mkdir', path: disk.at('home') }]),
    );
    expect(calls).toBe(0);
  });
});

describe('a run in which one call of the file system fails', () => {
  test.each(['ENOSPC', 'EACCES', 'EROFS', 'EIO'])('puts everything back, whichever call it is (%s)', (code) => {
    const before = snapshot(disk.root);
    const outcomes = new Set<string>();
    let failures = 0;
    for (let at = 1; ; at += 1) {
      const { error, calls } = runWith(failsOnce(at, code));
      if (calls < at) break;
      expect(error === undefined || error instanceof SnappyError, `call ${at}: ${String(error)}`).toBe(true);
      // All was done, and only the clean-up failed.
      if (error === undefined || isKept()) {
        outcomes.add(recover(realSystem(), disk.journal).outcome);
        fs.rmSync(disk.root, { recursive: true });
        layDisk(disk.root);
        continue;
      }
      failures += 1;
      expect(snapshot(disk.root), `call ${at}`).toEqual(before);
    }
    expect(failures).toBeGreaterThan(30);
    expect([...outcomes]).not.toContain('rolled back');
  });

  test('says what failed, where, why, and that all was put back', () => {
    const real = realSystem();
    const system: System = {
      ...real,
      remove(file) {
        if (file !== disk.at('home/gone.txt')) return real.remove(file);
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    };
    const error = errorOf(() => run(richPlan(disk), system));
    expect(error.message).toBe(
      `${disk.at('home/gone.txt')} could not be written: the disk is full (ENOSPC); what was done before is put back: everything is as it was`,
    );
    expect(error.hint).toBe('mend this and run the command again');
  });
});

describe('a disk that is full from some call on', () => {
  test('is as before once there is room again and the next run has looked', () => {
    const before = snapshot(disk.root);
    let kept = 0;
    for (let at = 1; ; at += 1) {
      const { error } = runWith(fullFrom(at));
      if (error === undefined) break;
      expect(error).toBeInstanceOf(SnappyError);
      if (isKept()) kept += 1;
      expect(recover(realSystem(), disk.journal).left).toEqual([]);
      expect(snapshot(disk.root), `call ${at}`).toEqual(before);
    }
    expect(kept).toBeGreaterThan(0);
  });
});

describe('what somebody else changes', () => {
  test('before the run begins stops it with nothing touched', () => {
    const plan = richPlan(disk);
    fs.writeFileSync(disk.at('home/linked.json'), 'edited', { flag: 'r+' });
    const before = snapshot(disk.root);
    expect(errorOf(() => run(plan)).message).toBe(
      `${disk.at('home/linked.json')} was changed by somebody else since the plan was made`,
    );
    expect(snapshot(disk.root)).toEqual(before);
  });

  test('while it runs stops it, is kept, and all the rest is put back', () => {
    const before = snapshot(disk.root);
    const real = realSystem();
    const system: System = {
      ...real,
      rmdir(dir) {
        fs.writeFileSync(disk.at('home/whole/../../dotfiles/linked.json'), 'mine', { flag: 'w' });
        fs.rmSync(disk.at('home/empty'), { recursive: true, force: true });
        fs.writeFileSync(disk.at('home/empty'), 'a file now');
        real.rmdir(dir);
      },
    };
    fs.chmodSync(disk.at('dotfiles/linked.json'), 0o644);
    const error = errorOf(() => run(richPlan(disk), system));
    expect(error.message).toContain('was changed by somebody else');
    expect(error.message).toContain(
      `except where somebody else has changed it since: ${disk.at('dotfiles/linked.json')}`,
    );
    const changed = snapshot(disk.root).filter((line) => !before.includes(line));
    expect(changed).toEqual([
      'dotfiles/linked.json 644 = mine',
      expect.stringMatching(/^home\/empty 6\d\d = a file now$/),
    ]);
  });
});
