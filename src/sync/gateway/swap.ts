import fs from 'node:fs';
import path from 'node:path';
import { keepOwner } from '../../core/atomic.ts';
import { moveEntry } from '../../core/move.ts';
import { layout } from '../../core/paths.ts';
import { hashFile, isSameStamp, stampOf } from './pull-local.ts';
import type { Stamp } from './pull-local.ts';
import { readSwapJournal, removeSwapJournal, writeSwapJournal } from './swap-journal.ts';
import type { SwapStep } from './swap-journal.ts';
import { laidAt, leftovers, removeStaged } from './staging.ts';
import type { LaidPlace } from './staging.ts';

export type { SwapStep } from './swap-journal.ts';

/** Folders that stay when nothing is in them any more. */
const lasting: ReadonlySet<string> = new Set(['state', layout.skills, 'state/log', 'state/config', 'sources']);

/** What the system says where a path cannot be, as it is named or as what stands there. */
const neverDone: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'EISDIR', 'ENOTDIR']);

/** What a swap is given beside its steps. */
interface Given {
  readonly root: string;
  /** The folder of `Staging`. */
  readonly folder: string;
  /** How files looked when the plan was made: a look at their times is then enough. */
  readonly stamps: ReadonlyMap<string, Stamp>;
  /** Whether what was laid aside has to be read again: power may have failed since. */
  readonly isOld: boolean;
}

/** Does the steps of one swap. What is not as the plan has found it is left as it is, and told. */
class Swap {
  readonly skipped: string[] = [];
  private readonly given: Given;
  private readonly open = new Map<string, boolean>([['', true]]);

  constructor(given: Given) {
    this.given = given;
  }

  run(steps: readonly SwapStep[]): void {
    for (const step of steps) if (step.kind === 'delete') this.attempt(step);
    for (const step of steps) if (step.kind !== 'delete') this.attempt(step);
  }

  /** Does a step. What can never be done, however often it is tried, would keep all that comes behind it from being ended. */
  private attempt(step: SwapStep): void {
    try {
      if (step.kind === 'delete') this.delete(step);
      else if (step.kind === 'folder') this.putFolder(step);
      else this.put(step, 'single');
    } catch (cause) {
      if (!this.given.isOld || !neverDone.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
      this.skipped.push(...pathsOf([step]));
    }
  }

  private full(file: string): string {
    return path.join(this.given.root, file);
  }

  private laid(file: string, place: LaidPlace): string {
    return laidAt(this.given.folder, file, place);
  }

  /** Whether folders alone lead to a path, so that nothing is written through a link; those that are missing are made. */
  private isOpen(folder: string): boolean {
    const known = this.open.get(folder);
    if (known !== undefined) return known;
    const cut = folder.lastIndexOf('/');
    let isOpen = this.isOpen(cut < 0 ? '' : folder.slice(0, cut));
    if (isOpen) {
      const stat = fs.lstatSync(this.full(folder), { throwIfNoEntry: false });
      if (stat === undefined) fs.mkdirSync(this.full(folder));
      else isOpen = stat.isDirectory();
    }
    this.open.set(folder, isOpen);
    return isOpen;
  }

  private leadsTo(file: string): boolean {
    const cut = file.lastIndexOf('/');
    return this.isOpen(cut < 0 ? '' : file.slice(0, cut));
  }

  /** What stands at a path, if it still is what the plan was made from. */
  private asPlanned(file: string, was: string): fs.Stats | undefined {
    const stat = fs.lstatSync(this.full(file), { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    const stamp = this.given.stamps.get(file);
    const isSame = stamp === undefined ? hashFile(this.full(file)) === was : isSameStamp(stamp, stampOf(stat));
    return isSame ? stat : undefined;
  }

  private delete({ path: file, was }: Extract<SwapStep, { kind: 'delete' }>): void {
    const isThere = fs.lstatSync(this.full(file), { throwIfNoEntry: false }) !== undefined;
    if (isThere) {
      if (!this.leadsTo(file) || this.asPlanned(file, was) === undefined) {
        this.skipped.push(file);
        return;
      }
      fs.unlinkSync(this.full(file));
    }
    this.removeEmpty(path.posix.dirname(file));
  }

  /** A folder that held only what has gone goes too: an empty one is no skill. */
  private removeEmpty(folder: string): void {
    for (let dir = folder; dir !== '.' && !lasting.has(dir); dir = path.posix.dirname(dir)) {
      try {
        fs.rmdirSync(this.full(dir));
        this.open.clear();
        this.open.set('', true);
      } catch {
        return;
      }
    }
  }

  private putFolder(step: Extract<SwapStep, { kind: 'folder' }>): void {
    const { path: folder, files } = step;
    const isThere = fs.lstatSync(this.full(folder), { throwIfNoEntry: false }) !== undefined;
    // What this run has laid is there and whole, without a look.
    const isWhole = !this.given.isOld || files.every(([file, is]) => this.isWhole(this.laid(file, 'new'), is));
    if (!isThere && isWhole && this.leadsTo(folder)) move(this.laid(folder, 'new'), this.full(folder));
    // Somebody has made it meanwhile, or part of it was in place before: file by file, then.
    else for (const [file, is] of files) this.put({ kind: 'put', path: file, was: null, is }, 'new');
  }

  /** Whether what was laid aside still is what was laid. */
  private isWhole(laid: string, is: string): boolean {
    return fs.existsSync(laid) && hashFile(laid) === is;
  }

  private put({ path: file, was, is }: Extract<SwapStep, { kind: 'put' }>, place: LaidPlace): void {
    const laid = this.laid(file, place);
    const full = this.full(file);
    if (this.given.isOld) {
      // Done before the run was killed: what was laid has taken its place.
      if (!fs.existsSync(laid)) return;
      if (!this.isWhole(laid, is)) {
        this.skipped.push(file);
        return;
      }
    }
    if (!this.leadsTo(file)) {
      this.skipped.push(file);
      return;
    }
    if (was === null) {
      if (fs.lstatSync(full, { throwIfNoEntry: false }) === undefined) move(laid, full);
      else this.skipped.push(file);
      return;
    }
    const before = this.asPlanned(file, was);
    if (before === undefined) {
      this.skipped.push(file);
      return;
    }
    dressAs(laid, before);
    // Once more, as late as can be: what somebody saves after this is theirs and ours at the same moment.
    if (this.given.stamps.has(file) && this.asPlanned(file, was) === undefined) this.skipped.push(file);
    else move(laid, full);
  }
}

/** Gives what takes the place of a file the owner and the mode that it had, but for who may run it. */
function dressAs(laid: string, before: fs.Stats): void {
  const now = fs.lstatSync(laid);
  const runnable = now.mode & 0o100;
  const plain = before.mode & 0o666;
  const mode = runnable === 0 ? plain : plain | ((plain & 0o444) >> 2);
  if ((now.mode & 0o777) !== mode) fs.chmodSync(laid, mode);
  keepOwner(laid, before);
}

function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EXDEV') throw cause;
    if (fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) fs.unlinkSync(to);
    moveEntry(from, to);
  }
}

/** What is done once all files are where they belong, before that is final: killed in it, it is done again. */
export type OnSwapped = (paths: readonly string[], skipped: readonly string[]) => void;

function pathsOf(steps: readonly SwapStep[]): string[] {
  return steps.flatMap((step) => (step.kind === 'folder' ? step.files.map(([file]) => file) : [step.path]));
}

function finish(given: Given, steps: readonly SwapStep[], onSwapped: OnSwapped): readonly string[] {
  const swap = new Swap(given);
  swap.run(steps);
  onSwapped(pathsOf(steps), swap.skipped);
  return swap.skipped;
}

/**
 * Brings what was laid aside into its place. A journal on the disk says what is under way before the first step: killed
 * anywhere, `resumeSwaps` ends it, until the journal is removed by the caller, who first writes down what has come. Gives the paths that were left as they are, since somebody has changed them meanwhile.
 */
export function runSwap(
  root: string,
  folder: string,
  { steps, stamps }: { readonly steps: readonly SwapStep[]; readonly stamps: ReadonlyMap<string, Stamp> },
  onSwapped: OnSwapped,
): readonly string[] {
  writeSwapJournal(folder, steps);
  return finish({ root, folder, stamps, isOld: false }, steps, onSwapped);
}

/**
 * Ends what runs that were killed have begun, and removes what they had laid aside and not begun with. Gives how many swaps
 * were ended. The locks of the gateway and of the loop are held. What somebody has changed since stays as it is: what was
 * known of the gateway is not written until all is in place, so that the next pull merges it.
 */
export function resumeSwaps(root: string, onSwapped: OnSwapped): number {
  let ended = 0;
  for (const { folder, isAlive } of leftovers(root)) {
    const steps = readSwapJournal(folder);
    if (steps === undefined && isAlive) continue;
    if (steps !== undefined) {
      finish({ root, folder, stamps: new Map(), isOld: true }, steps, onSwapped);
      removeSwapJournal(folder);
      ended += 1;
    }
    removeStaged(folder, root);
  }
  return ended;
}

/** Whether a run that was killed has left something to be ended or removed: cheap, for whoever holds no lock yet. */
export function hasOpenSwap(root: string): boolean {
  return leftovers(root).some(({ folder, isAlive }) => !isAlive || readSwapJournal(folder) !== undefined);
}
