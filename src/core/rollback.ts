import fs from 'node:fs';
import path from 'node:path';
import { readPartName } from './atomic.ts';
import { absent, lookStraightAt, matches, put, type Entry } from './entry.ts';
import { sameEntry } from './move.ts';
import { isBelow } from './paths.ts';
import { isAlive } from './process.ts';
import type { Step } from './steps.ts';
import type { System } from './system.ts';

/** What a rollback came to. Paths are absolute. */
export interface Rollback {
  /** How many steps were undone. */
  readonly undone: number;
  /** Entries that somebody else has changed since: they were left as they are. */
  readonly left: readonly string[];
  /** The entry that could not be put back, and why; those changed before it are then still changed. */
  readonly stuck: { readonly path: string; readonly cause: unknown } | undefined;
}

interface Touch {
  /** Index of the step. */
  readonly at: number;
  readonly before: Entry;
  readonly after: Entry;
}

function touchesOf(steps: readonly Step[]): Map<string, Touch[]> {
  const touches = new Map<string, Touch[]>();
  const add = (file: string, touch: Touch): void => {
    const known = touches.get(file);
    if (known === undefined) touches.set(file, [touch]);
    else known.push(touch);
  };
  for (const [at, step] of steps.entries()) {
    if (step.kind === 'set') add(step.path, { at, before: step.before, after: step.after });
    else {
      add(step.from, { at, before: step.entry, after: absent });
      add(step.to, { at, before: absent, after: step.entry });
    }
  }
  return touches;
}

/** What a path shows for as long as from `first` to `last` steps are done. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly entry: Entry;
}

/**
 * What a path shows after each number of steps. A folder above it that is moved away or in brings entries that no step
 * knows: before the one and after the other nothing can be said.
 */
function spansOf(steps: readonly Step[], moves: readonly number[], file: string, touches: readonly Touch[]): Span[] {
  const first = touches[0]?.at ?? 0;
  const last = touches.at(-1)?.at ?? 0;
  const above = moves.filter((at) => {
    const step = steps[at];
    return step?.kind === 'move' && (isBelow(file, step.from) || isBelow(file, step.to));
  });
  const start = (above.findLast((at) => at < first) ?? -1) + 1;
  const end = above.find((at) => at > last) ?? steps.length;
  return touches.flatMap(({ at, before, after }, index): Span[] => [
    ...(index === 0 ? [{ first: start, last: at, entry: before }] : []),
    { first: at + 1, last: touches[index + 1]?.at ?? end, entry: after },
  ]);
}

/** A path that does not show what it would after some number of steps, and that number's span. */
interface Misfit {
  readonly path: string;
  readonly span: Span;
}

function misfitsOf(steps: readonly Step[]): Misfit[] {
  const moves = steps.flatMap((step, at) => (step.kind === 'move' ? [at] : []));
  return [...touchesOf(steps)].flatMap(([file, touches]) => {
    const found = lookStraightAt(file);
    const spans = spansOf(steps, moves, file, touches).filter((span) => !matches(found, span.entry));
    return spans.map((span) => ({ path: file, span }));
  });
}

/** How far a run came that was cut off. */
export interface Cut {
  /** How many steps were done. */
  readonly done: number;
  /** Entries that do not fit: somebody else has changed them since. */
  readonly foreign: readonly string[];
}

/**
 * Finds by looking how many of the steps were done: the number at which the fewest paths differ from what they would
 * then show. Nothing else tells: a count kept on the disk would need an fsync a step, or be wrong after a power cut.
 */
export function findCut(steps: readonly Step[]): Cut {
  const misfits = misfitsOf(steps);
  // Differences from one number of steps to the next; their running sum is how many paths do not fit.
  const delta = Array.from({ length: steps.length + 2 }, () => 0);
  for (const { span } of misfits) {
    delta[span.first] = (delta[span.first] ?? 0) + 1;
    delta[span.last + 1] = (delta[span.last + 1] ?? 0) - 1;
  }
  let done = 0;
  let least = Infinity;
  let sum = 0;
  for (let count = 0; count <= steps.length; count += 1) {
    sum += delta[count] ?? 0;
    if (sum < least) [done, least] = [count, sum];
  }
  return { done, foreign: differing(misfits, done) };
}

function differing(misfits: readonly Misfit[], done: number): string[] {
  return misfits.filter(({ span }) => span.first <= done && done <= span.last).map((misfit) => misfit.path);
}

function sweepFolder(dir: string, files: ReadonlySet<string>): void {
  for (const name of fs.readdirSync(dir)) {
    const part = readPartName(name);
    if (part === undefined || !files.has(path.join(dir, part.name))) continue;
    if (part.pid === process.pid || !isAlive(part.pid))
      fs.rmSync(path.join(dir, name), { recursive: true, force: true });
  }
}

/** Removes what writers that were killed have left half made beside the entries of these steps. Never throws. */
export function sweepParts(steps: readonly Step[]): void {
  const files = new Set(steps.flatMap((step) => (step.kind === 'set' ? [step.path] : [step.from, step.to])));
  for (const dir of new Set([...files].map((file) => path.dirname(file)))) {
    try {
      // No link leads to the real path of a folder; where one stands now, the folder is not ours to sweep.
      if (lookStraightAt(dir).kind === 'folder') sweepFolder(dir, files);
    } catch {
      // Half-made files are in nobody's way.
    }
  }
}

/** How far a step has come: a move to another disk can be killed when its copy stands and its source does too. */
function progressOf(step: Step): 'not done' | 'half done' | 'done' | 'changed since' {
  if (step.kind === 'set') {
    const found = lookStraightAt(step.path);
    if (matches(found, step.after)) return 'done';
    return matches(found, step.before) ? 'not done' : 'changed since';
  }
  const from = lookStraightAt(step.from);
  const to = lookStraightAt(step.to);
  if (from.kind === 'absent') return to.kind === step.entry.kind ? 'done' : 'changed since';
  if (to.kind === 'absent') return 'not done';
  return sameEntry(step.from, step.to) ? 'half done' : 'changed since';
}

/** Undoes one step as far as it has come; leaves what somebody else has changed since. Returns whether it did anything. */
function undo(system: System, step: Step): boolean {
  const progress = progressOf(step);
  if (progress === 'changed since' || progress === 'not done') return false;
  if (step.kind === 'set') put(system, step.path, step.after, step.before);
  else if (progress === 'half done') system.discard(step.to);
  else system.rename(step.to, step.from);
  return true;
}

/**
 * Puts back what the first `done` steps changed, last first, and what the next one may have begun. Each is undone only
 * if what stands there is what it left; anything else is somebody's work and stays. Stops at the first that cannot be
 * put back, so that `findCut` can tell later how far this came. Never throws.
 */
export function rollBack(system: System, steps: readonly Step[], done: number): Rollback {
  let undone = 0;
  sweepParts(steps);
  for (const step of steps.slice(0, done + 1).toReversed()) {
    try {
      if (undo(system, step)) undone += 1;
    } catch (cause) {
      return { undone, left: [], stuck: { path: step.kind === 'set' ? step.path : step.from, cause } };
    }
  }
  return { undone, left: differing(misfitsOf(steps), 0), stuck: undefined };
}
