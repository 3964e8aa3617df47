import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyChanges } from './test-apply.ts';
import { applyJournaled, recover } from './journal.ts';
import { stepsOf } from './steps.ts';
import { realSystem, type Change } from './system.ts';
import { freshFolder, snapshot } from './test-disk.ts';
import { deadFrom, failsOnce, withFaults, type Fault } from './test-faults.ts';

const name = fc.constantFrom('a', 'b', 'c');
const place = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const text = fc.constantFrom('', 'one', 'two');
const target = fc.constantFrom('a', 'b/c', '../a', '../b', '../c/a', 'nowhere');
const mode = fc.constantFrom(0o600, 0o644, 0o700, 0o755);

/** Something to lay before the plan is made; what cannot be laid is left out. */
const entry = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), at: place, text, mode }),
  fc.record({ kind: fc.constant('folder' as const), at: place, mode }),
  fc.record({ kind: fc.constant('link' as const), at: place, target }),
);
/** Something to do, to be made a change when it is known what is there then. */
const wish = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), at: place, text, mode: fc.option(mode, { nil: undefined }) }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'rmdir' as const), at: place }),
  fc.record({ kind: fc.constant('mkdir' as const), at: place, mode }),
  fc.record({ kind: fc.constant('symlink' as const), at: place, target }),
  fc.record({ kind: fc.constant('rename' as const), at: place, to: place }),
);

type Made<T> = T extends fc.Arbitrary<infer U> ? U : never;

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function lay(root: string, entries: readonly Made<typeof entry>[]): void {
  for (const one of entries) {
    const file = path.join(root, one.at);
    attempt(() => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      if (one.kind === 'link') fs.symlinkSync(one.target, file);
      else if (one.kind === 'folder') fs.mkdirSync(file, { mode: one.mode });
      else fs.writeFileSync(file, one.text, { flag: 'wx', mode: one.mode });
    });
  }
}

/** The change for a wish, from what is there in `root`. */
function changeFor(root: string, one: Made<typeof wish>): Change {
  const file = path.join(root, one.at);
  switch (one.kind) {
    case 'write': {
      const before = attempt(() => fs.readFileSync(file));
      return { kind: 'write', path: file, before, after: Buffer.from(one.text), mode: one.mode };
    }
    case 'symlink': {
      const before = attempt(() => fs.readlinkSync(file));
      return { kind: 'symlink', path: file, target: one.target, ...(before === undefined ? {} : { before }) };
    }
    case 'rename':
      return { kind: 'rename', path: file, to: path.join(root, one.to) };
    case 'mkdir':
      return { kind: 'mkdir', path: file, mode: one.mode };
    case 'remove':
    case 'rmdir':
      return { kind: one.kind, path: file };
  }
}

function relocated(change: Change, from: string, to: string): Change {
  const file = change.path.replace(from, to);
  return change.kind === 'rename'
    ? { ...change, path: file, to: change.to.replace(from, to) }
    : { ...change, path: file };
}

interface Scene {
  readonly root: string;
  readonly plan: readonly Change[];
  /** What the tree shows before, and when the plan is carried out plainly. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Lays a tree, and gathers those wishes that can be carried out one after the other. */
function makeScene(work: string, entries: readonly Made<typeof entry>[], wishes: readonly Made<typeof wish>[]): Scene {
  const root = path.join(work, 'real');
  const scratch = path.join(work, 'plan');
  for (const dir of [root, scratch]) {
    fs.mkdirSync(dir);
    lay(dir, entries);
  }
  const plan: Change[] = [];
  for (const one of wishes) {
    const change = changeFor(scratch, one);
    const moved = relocated(change, scratch, root);
    if (attempt(() => stepsOf([...plan, moved])) === undefined) continue;
    if (attempt(() => (applyChanges(realSystem(), [change]), true)) === true) plan.push(moved);
  }
  return { root, plan, before: snapshot(root), after: snapshot(scratch) };
}

/** Runs the plan with a fault; whether it came to its end. */
function runWith(fault: Fault, { root, plan }: Scene, journal: string): { ended: boolean; calls: number } {
  let ended = false;
  const calls = withFaults(fault, () => {
    ended = attempt(() => (applyJournaled(realSystem(), plan, { journal, label: 'test' }), root)) !== undefined;
  });
  return { ended, calls };
}

test('any plan on any tree is carried out whole, or cut off at any call leaves the tree as it was', () => {
  let longest = 0;
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 8 }),
      fc.array(wish, { minLength: 1, maxLength: 12 }),
      fc.nat({ max: 80 }),
      fc.boolean(),
      (entries, wishes, at, isKilled) => {
        const work = freshFolder();
        const journal = path.join(work, 'journal');
        try {
          const scene = makeScene(work, entries, wishes);
          longest = Math.max(longest, scene.plan.length);
          const { ended } = runWith(isKilled ? deadFrom(at + 1) : failsOnce(at + 1, 'ENOSPC'), scene, journal);
          const { outcome, left } = recover(realSystem(), journal);
          expect(left).toEqual([]);
          const shown = snapshot(scene.root);
          // A run that is cut off in its last calls has done all, and only not cleaned up.
          const isDone = ended || outcome === 'finished';
          const mayBeDone = outcome === 'clean' ? [scene.before, scene.after] : [scene.before];
          expect(isDone ? [scene.after] : mayBeDone).toContainEqual(shown);
        } finally {
          fs.rmSync(work, { recursive: true });
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(longest).toBeGreaterThan(4);
});
