import path from 'node:path';
import { absent, fileEntry, type Entry } from './entry.ts';
import { SnappyError } from './errors.ts';
import { Foresight } from './foresee.ts';
import { isBelow } from './paths.ts';
import type { Change } from './system.ts';

/**
 * A change taken apart into what happens to one entry, with what is there before and after: enough to see whether it
 * has been done, and to undo it. Paths are real ones: they lead through no link at the time the step is done.
 */
export type Step =
  | { readonly kind: 'set'; readonly path: string; readonly before: Entry; readonly after: Entry }
  | { readonly kind: 'move'; readonly from: string; readonly to: string; readonly entry: Entry };

function changedSince(file: string, what: string): SnappyError {
  return new SnappyError('failure', `${file} ${what} since the plan was made`, {
    hint: 'it was left as it is; run the command again for a new plan',
  });
}

/** The error for an entry that is no longer what a plan was made from. */
export function foreignEdit(file: string): SnappyError {
  return changedSince(file, 'was changed by somebody else');
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** Collects the steps of one plan, each seen as the steps before it leave the file system. */
class StepList {
  readonly steps: Step[] = [];
  private readonly foresight = new Foresight();

  add(change: Change): void {
    switch (change.kind) {
      case 'write':
        return this.write(change);
      case 'remove':
        return this.remove(change.path);
      case 'mkdir':
        return this.mkdir(change.path, change.mode);
      case 'rmdir':
        return this.rmdir(change.path);
      case 'symlink':
        return this.symlink(change);
      case 'rename':
        return this.rename(change.path, change.to);
    }
  }

  private set(real: string, before: Entry, after: Entry): void {
    this.foresight.set(real, before, after);
    this.steps.push({ kind: 'set', path: real, before, after });
  }

  private makeFoldersAbove(real: string): void {
    const missing: string[] = [];
    for (let dir = path.dirname(real); this.foresight.at(dir).kind === 'absent'; dir = path.dirname(dir))
      missing.unshift(dir);
    for (const dir of missing) this.set(dir, absent, { kind: 'folder' });
  }

  private write({ path: file, before: planned, after, mode }: Extract<Change, { kind: 'write' }>): void {
    const real = this.foresight.realTarget(file);
    const before = this.foresight.at(real);
    if (before.kind === 'folder') throw changedSince(file, 'has become a folder');
    const known = before.kind === 'file' ? before : undefined;
    if (!sameBytes(known?.bytes, planned)) throw foreignEdit(file);
    const wanted = fileEntry(after, mode ?? known?.mode);
    const byMode = known?.sha256 === wanted.sha256;
    // Windows keeps no permission bits, so there they tell nothing apart.
    if (byMode && (mode === undefined || mode === known?.mode || process.platform === 'win32')) return;
    if (known === undefined) this.makeFoldersAbove(real);
    this.set(real, byMode ? { ...known, byMode } : before, byMode ? { ...wanted, byMode } : wanted);
  }

  private remove(file: string): void {
    const real = this.foresight.realPath(file);
    const before = this.foresight.at(real);
    // Plans remove files and links; a folder that has come in their place is somebody's work.
    if (before.kind === 'folder') throw changedSince(file, 'has become a folder');
    if (before.kind !== 'absent') this.set(real, before, absent);
  }

  private mkdir(file: string, mode: number | undefined): void {
    const real = this.foresight.realTarget(file);
    const before = this.foresight.at(real);
    if (before.kind === 'folder') return;
    if (before.kind !== 'absent') throw changedSince(file, 'has become a file');
    this.makeFoldersAbove(real);
    this.set(real, before, { kind: 'folder', mode });
  }

  private rmdir(file: string): void {
    const real = this.foresight.realPath(file);
    const before = this.foresight.at(real);
    if (before.kind === 'folder' && this.foresight.isEmpty(real)) this.set(real, before, absent);
  }

  private symlink({ path: file, target, before: planned }: Extract<Change, { kind: 'symlink' }>): void {
    const real = this.foresight.realPath(file);
    const before = this.foresight.at(real);
    if (before.kind === 'link' && before.target === target) return;
    if ((before.kind === 'link' ? before.target : undefined) !== planned) throw foreignEdit(file);
    if (before.kind === 'folder' || before.kind === 'file') throw changedSince(file, `has become a ${before.kind}`);
    this.makeFoldersAbove(real);
    this.set(real, before, { kind: 'link', target });
  }

  private rename(file: string, goal: string): void {
    const from = this.foresight.realPath(file);
    const to = this.foresight.realPath(goal);
    const entry = this.foresight.at(from);
    if (from === to || isBelow(to, from)) throw new Error(`a plan moves ${file} into itself, to ${goal}`);
    if (entry.kind === 'absent') throw changedSince(file, 'has gone');
    if (this.foresight.at(to).kind !== 'absent')
      throw changedSince(goal, 'has come to stand where something is moved to');
    this.makeFoldersAbove(to);
    this.foresight.move(from, to, entry);
    this.steps.push({ kind: 'move', from, to, entry });
  }
}

/**
 * What carrying out `changes` in order will do to each entry, folders that are made on the way included. Reads only.
 * Throws `failure` when what is there is no longer what the plan was made from, before anything is touched.
 */
export function stepsOf(changes: readonly Change[]): Step[] {
  const list = new StepList();
  for (const change of changes) list.add(change);
  return list.steps;
}
