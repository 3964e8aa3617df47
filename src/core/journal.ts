import { explainDiskError } from './disk-error.ts';
import { lookAlong, matches, put, type Entry } from './entry.ts';
import { SnappyError } from './errors.ts';
import { readJournal, removeJournal, writeJournal } from './journal-file.ts';
import { findCut, rollBack, sweepParts, type Rollback } from './rollback.ts';
import { foreignEdit, stepsOf, type Step } from './steps.ts';
import type { Change, System } from './system.ts';

/** Where the journal of a run is kept, and what the run is called. */
export interface JournalOptions {
  /** A folder for the journal alone, absolute. It is there only while changes are made. */
  readonly journal: string;
  /** The run in a word, for messages: `install`. */
  readonly label: string;
}

function doStep(system: System, step: Step, look: (file: string) => Entry): void {
  if (step.kind === 'move') {
    const isThere = look(step.from).kind === step.entry.kind;
    if (!isThere || look(step.to).kind !== 'absent') throw foreignEdit(isThere ? step.to : step.from);
    system.rename(step.from, step.to);
    return;
  }
  if (!matches(look(step.path), step.before)) throw foreignEdit(step.path);
  put(system, step.path, step.before, step.after);
}

const nextBegins = 'mend this and run the command again: it begins by putting back the rest';

function names(paths: readonly string[]): string {
  return paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
}

/** An error of the file system as one that a person can act on; anything else as it is. */
function explain(cause: unknown, file: string, hint: string): unknown {
  const why = explainDiskError(cause, hint, file);
  const { syscall, message } = (why ?? {}) as NodeJS.ErrnoException;
  return syscall === undefined
    ? why
    : new SnappyError('failure', `${file} could not be changed: ${message}`, { hint, cause });
}

/** What to throw for a step that failed and was rolled back. A defect of ours is thrown as it is. */
function failedAt(step: Step, cause: unknown, { left, stuck }: Rollback): unknown {
  const files = step.kind === 'set' ? [step.path] : [step.to, step.from];
  const why = explain(cause, files[0] ?? '', '');
  if (!(why instanceof SnappyError)) return cause;
  // That the entry at which the run stopped is somebody else's is what the message begins with.
  const others = left.filter((file) => !files.includes(file));
  const state =
    stuck !== undefined
      ? `not all could be put back: ${stuck.path} and what was changed before it`
      : others.length > 0
        ? `what was done before is put back, except where somebody else has changed it since: ${names(others)}`
        : 'what was done before is put back: everything is as it was';
  return new SnappyError(why.code, `${why.message}; ${state}`, {
    hint: stuck !== undefined ? nextBegins : 'mend this and run the command again',
    cause,
  });
}

/** The steps, their journal written; with nothing to do there is none. */
function prepare(changes: readonly Change[], { journal, label }: JournalOptions): readonly Step[] {
  try {
    const steps = stepsOf(changes);
    if (steps.length > 0) writeJournal(journal, { label, since: new Date().toISOString(), steps });
    return steps;
  } catch (cause) {
    throw explain(cause, journal, 'nothing was changed; mend this and run the command again');
  }
}

/**
 * Carries out planned changes in order, or none of them. What is needed to undo them is on the disk before the first is
 * made: on any error they are undone, last first, and a `failure` is thrown that says so; a run that is killed leaves its
 * journal to `recover`. Throws before anything is touched when something is no longer what the plan was made from.
 */
export function applyJournaled(system: System, changes: readonly Change[], options: JournalOptions): void {
  const steps = prepare(changes, options);
  const look = lookAlong();
  for (const [done, step] of steps.entries()) {
    try {
      doStep(system, step, look);
    } catch (cause) {
      const back = rollBack(system, steps, done);
      // One that is still needed stays for the next run.
      if (back.stuck === undefined) removeJournal(options.journal);
      throw failedAt(step, cause, back);
    }
  }
  if (steps.length === 0) return;
  try {
    removeJournal(options.journal);
  } catch (cause) {
    throw explain(cause, options.journal, 'all changes were made; remove this folder by hand');
  }
}

/** What an earlier run had left and what became of it. */
export interface Recovery {
  /**
   * `clean`: it left nothing. `finished`: all its steps were done, it only did not come to say so. `rolled back`: its
   * steps were undone.
   */
  readonly outcome: 'clean' | 'finished' | 'rolled back';
  /** The label of that run, and when it began; absent when clean. */
  readonly run?: { readonly label: string; readonly since: string };
  readonly undone: number;
  /** Entries that somebody else has changed since; they were left as they are. */
  readonly left: readonly string[];
}

/**
 * Undoes what a run that was cut off (killed, power lost) has done, so that the caller can plan anew from where it
 * began. Killed itself, it is done again by the next call. Throws `refused` for a journal that is damaged or not ours,
 * and `failure` when something cannot be put back; the journal stays then.
 */
export function recover(system: System, journal: string): Recovery {
  const found = readJournal(journal);
  if (found === undefined) return { outcome: 'clean', undone: 0, left: [] };
  if (found === 'torn') {
    removeJournal(journal);
    return { outcome: 'clean', undone: 0, left: [] };
  }
  const { label, since, steps } = found;
  const { done, foreign } = findCut(steps);
  if (done === steps.length) {
    sweepParts(steps);
    removeJournal(journal);
    return { outcome: 'finished', run: { label, since }, undone: 0, left: foreign };
  }
  const { undone, left, stuck } = rollBack(system, steps, done);
  if (stuck !== undefined) throw explain(stuck.cause, stuck.path, nextBegins);
  removeJournal(journal);
  return { outcome: 'rolled back', run: { label, since }, undone, left };
}
