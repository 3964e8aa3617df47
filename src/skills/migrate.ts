import fs from 'node:fs';
import path from 'node:path';
import { appendJsonRow, parseJsonLine } from '../../seed/state/lib/log.ts';
import { sha256 } from '../../seed/state/lib/seed-manifest.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import type { System } from '../core/system.ts';

/** One step from the older layout to today's. Paths are relative to the tree. */
export interface Migration {
  /**
   * `move`: the target is free. `merge`: both logs are there; the older rows go first. `drop`: the target already holds
   * all of it. `refuse`: the target is there and differs, or the source is a link; a person has to look.
   */
  readonly kind: 'move' | 'merge' | 'drop' | 'refuse';
  readonly from: string;
  readonly to: string;
  readonly why?: string;
}

/** What stands at a path: a file's bytes, nothing, or something that no migration touches. */
type Found =
  | { readonly kind: 'file'; readonly bytes: Buffer }
  | { readonly kind: 'none' }
  | { readonly kind: 'other'; readonly what: string };

function look(tree: string, file: string): Found {
  const full = path.join(tree, file);
  const stat = fs.lstatSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'none' };
  if (stat.isFile()) return { kind: 'file', bytes: fs.readFileSync(full) };
  return { kind: 'other', what: stat.isSymbolicLink() ? 'a link' : stat.isDirectory() ? 'a folder' : 'no plain file' };
}

function planMove(tree: string, from: string, to: string): Migration {
  const source = look(tree, from);
  const target = look(tree, to);
  if (source.kind !== 'file')
    return {
      kind: 'refuse',
      from,
      to,
      why: `${from} is ${source.kind === 'other' ? source.what : 'gone'}; move it by hand`,
    };
  if (target.kind === 'none') return { kind: 'move', from, to };
  if (target.kind === 'file' && target.bytes.equals(source.bytes)) return { kind: 'drop', from, to };
  return {
    kind: 'refuse',
    from,
    to,
    why: `${to} is already there and differs; keep one of the two and remove the other`,
  };
}

function planLog(tree: string, from: string, to: string): Migration {
  const plan = planMove(tree, from, to);
  const source = look(tree, from);
  const target = look(tree, to);
  if (plan.kind !== 'refuse' || source.kind !== 'file' || target.kind !== 'file') return plan;
  // A run that was cut off after the merge leaves the older rows at the head of the log.
  const merged = target.bytes.subarray(0, source.bytes.length).equals(source.bytes);
  return { kind: merged ? 'drop' : 'merge', from, to };
}

/** What `migrate` would do, in order: flat skills into folders, then the feedback log. Reads only. */
export function planMigration(tree: string): Migration[] {
  const folder = path.join(tree, layout.skills);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
  const moves = names
    .filter((dirent) => !dirent.isDirectory())
    .map((dirent) => ({ file: dirent.name, match: /^([A-Za-z0-9_-]+?)(\.agents)?\.md$/.exec(dirent.name) }))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
    .flatMap(({ file, match }) => {
      const name = match?.[1];
      if (name === undefined || name === 'README') return [];
      const target = match?.[2] === undefined ? 'SKILL.md' : 'AGENTS.md';
      return [planMove(tree, `${layout.skills}/${file}`, `${layout.skills}/${name}/${target}`)];
    });
  const log =
    look(tree, layout.oldFeedback).kind === 'none' ? [] : [planLog(tree, layout.oldFeedback, layout.feedback)];
  return [...moves, ...log];
}

function joinLogs(older: Buffer, newer: Buffer): Buffer {
  const gap = older.length === 0 || older.at(-1) === 10 ? '' : '\n';
  return Buffer.concat([older, Buffer.from(gap), newer]);
}

/**
 * Carries a plan out, one row in `state/log/migrations.ndjson` for each step done. Refused steps are passed over. Throws
 * `failure`, with all before it done and recorded, when a step is no longer what was planned: nothing is written over.
 */
export function applyMigration(
  system: System,
  tree: string,
  plan: readonly Migration[],
  now: () => Date = () => new Date(),
): Migration[] {
  const done: Migration[] = [];
  for (const step of plan) {
    if (step.kind === 'refuse') continue;
    const replanned =
      step.to === layout.feedback ? planLog(tree, step.from, step.to) : planMove(tree, step.from, step.to);
    if (replanned.kind !== step.kind) {
      throw new SnappyError('failure', `${step.from} or ${step.to} was changed since the plan was made`, {
        hint: 'run snappy migrate again for a new plan',
      });
    }
    const from = path.join(tree, step.from);
    const to = path.join(tree, step.to);
    const bytes = fs.readFileSync(from);
    if (step.kind === 'move') {
      system.mkdir(path.dirname(to));
      system.rename(from, to);
    } else {
      if (step.kind === 'merge') system.write(to, joinLogs(bytes, fs.readFileSync(to)));
      system.remove(from);
    }
    appendJsonRow(path.join(tree, layout.migrations), {
      ts: now().toISOString(),
      op: step.kind,
      from: step.from,
      to: step.to,
      bytes: bytes.length,
      sha256: sha256(bytes),
    });
    done.push(step);
  }
  return done;
}

/** Whether a machine has noted that a tree has the layout of today. */
export function hasMigrationRow(tree: string, machineId: string): boolean {
  const file = path.join(tree, layout.migrations);
  if (!fs.existsSync(file)) return false;
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .some((line) => parseJsonLine(line)?.['machine_id'] === machineId);
}

/** Notes that a machine has brought a tree to the layout of today: before that nothing of it is pushed to others. */
export function recordMigrated(tree: string, machineId: string, steps: number, now: Date = new Date()): void {
  const row = { ts: now.toISOString(), op: 'done', machine_id: machineId, steps };
  appendJsonRow(path.join(tree, layout.migrations), row);
}
