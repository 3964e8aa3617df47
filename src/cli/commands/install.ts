import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { applyChanges } from '../../core/apply.ts';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { realSystem, type Change } from '../../core/system.ts';
import { planInstall, planUninstall, type Plan, type PlanRequest } from '../../install/plan.ts';
import type { Place } from '../../runtimes/row.ts';
import { selectRuntimes } from '../../runtimes/table.ts';
import type { Invocation, Outcome } from '../command.ts';
import { diffOf, homely, renderChanges } from '../plan-text.ts';

type Task = 'install' | 'uninstall';

function text(flag: string | boolean | undefined): string | undefined {
  return typeof flag === 'string' && flag !== '' ? flag : undefined;
}

// Another home is another person's: what moves the caller's own settings does not hold there.
function placeOf({ flags, cwd, env }: Invocation): Place {
  const named = text(flags['home']);
  if (named === undefined) return { home: os.homedir(), env };
  const home = path.resolve(cwd, named);
  if (statSync(home, { throwIfNoEntry: false })?.isDirectory() === true) return { home, env: { PATH: env['PATH'] } };
  throw new SnappyError('usage', `--home ${named} is not a folder`, { hint: `looked for ${home}` });
}

/** The changes inside the tree (backups, the record): all that is not part of a runtime. */
function bookkeeping(plan: Plan): Change[] {
  const outside = new Set(plan.parts.flatMap((part) => part.changes));
  return plan.changes.filter((change) => !outside.has(change));
}

function renderPlan(plan: Plan): string {
  const parts = plan.parts.map(({ runtime, changes, notes }) =>
    [
      `${runtime.name} (${runtime.id})${changes.length === 0 ? ': nothing to change' : ''}`,
      ...notes.map((note) => `note: ${note}`),
      ...(changes.length === 0 ? [] : [renderChanges(changes)]),
    ].join('\n'),
  );
  const kept = bookkeeping(plan).map(
    (change) => `${change.kind === 'remove' ? 'remove' : 'write '}  ${homely(change.path)}`,
  );
  return [
    ...parts,
    ...(kept.length === 0 ? [] : [['In the tree, so that it can be undone:', ...kept].join('\n')]),
  ].join('\n\n');
}

function describeChange(change: Change): Record<string, unknown> {
  if (change.kind === 'write') return { kind: change.kind, path: change.path, diff: diffOf(change) };
  return { ...change };
}

function describePlan(task: Task, request: PlanRequest, plan: Plan, applied: boolean): unknown {
  return {
    command: task,
    applied,
    tree: request.tree,
    runtimes: plan.parts.map(({ runtime, changes, notes }) => ({
      id: runtime.id,
      notes,
      changes: changes.map(describeChange),
    })),
    bookkeeping: bookkeeping(plan).map(({ kind, path: file }) => ({ kind, path: file })),
  };
}

/** The end of the sentence "Changed: …". */
function summarise(plan: Plan): string {
  const all = plan.parts.flatMap((part) => part.changes);
  const files = all.flatMap((change) => (change.kind === 'write' ? [homely(change.path)] : []));
  const links = all.filter((change) => change.kind === 'symlink').length;
  const removed = all.filter((change) => change.kind === 'remove').length;
  const words = [
    ...files,
    ...(links > 0 ? [`${links} skill ${links === 1 ? 'link' : 'links'} made`] : []),
    ...(removed > 0 ? [`${removed} files or links removed`] : []),
  ];
  return words.length > 0 ? words.join(', ') : 'the record of the install';
}

/** `--dry` says no; the flag or (for install, so that a bootstrap script can consent) the environment says yes. */
function consent(task: Task, { flags, env }: Invocation): boolean | undefined {
  if (flags['dry'] === true) return false;
  if (flags['apply'] === true) return true;
  return task === 'install' && env['SNAPPY_BOOTSTRAP_APPLY'] === '1' ? true : undefined;
}

async function run(task: Task, invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const request: PlanRequest = {
    tree: findTree({ tree: text(flags['tree']), cwd, env }),
    place: placeOf(invocation),
    runtimes: selectRuntimes(text(flags['runtime'])),
    now: new Date(),
  };
  const system = realSystem();
  const plan = task === 'install' ? planInstall(system, request) : planUninstall(system, request);
  const shown = renderPlan(plan);
  const outcome = { text: shown, data: describePlan(task, request, plan, false), ok: true };
  if (plan.changes.length === 0) {
    return {
      ...outcome,
      unchanged: task === 'install' ? 'all of it is wired already' : 'nothing of snappy-os is wired here',
    };
  }
  const given = consent(task, invocation);
  const asked = given === undefined && invocation.terminal;
  if (!(given ?? (await invocation.confirm('Make these changes?', shown)))) {
    return { ...outcome, text: asked ? '' : shown, unchanged: 'this was the plan; add --apply to carry it out' };
  }
  applyChanges(system, plan.changes);
  return {
    text: asked ? '' : shown,
    data: describePlan(task, request, plan, true),
    ok: true,
    changed: summarise(plan),
  };
}

/** `snappy install`: wires the runtimes of this machine to the tree. */
export const install = (invocation: Invocation): Promise<Outcome> => run('install', invocation);

/** `snappy uninstall`: takes out what install added, and nothing else. */
export const uninstall = (invocation: Invocation): Promise<Outcome> => run('uninstall', invocation);
