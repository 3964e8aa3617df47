import { ensureMachineId } from '../../core/machine-id.ts';
import { findTree, layout } from '../../core/paths.ts';
import { drySystem, realSystem } from '../../core/system.ts';
import { compileIndex } from '../../skills/compile.ts';
import { updateIndexPage } from '../../skills/index-page.ts';
import { applyMigration, hasMigrationRow, planMigration, recordMigrated } from '../../skills/migrate.ts';
import type { Migration } from '../../skills/migrate.ts';
import { alignColumns, countOf } from '../columns.ts';
import { agreeTo } from '../agreement.ts';
import type { Invocation, Outcome } from '../command.ts';

const verbs: Readonly<Record<Migration['kind'], string>> = {
  move: 'move',
  merge: 'merge',
  drop: 'remove (its text is in the target)',
  refuse: 'refuse',
};

function renderPlan(plan: readonly Migration[]): string {
  const steps = alignColumns(plan.map(({ kind, from, to }) => [verbs[kind], from, '->', to]));
  const refusals = plan.flatMap(({ why }) => (why === undefined ? [] : [`  ${why}`]));
  return refusals.length === 0 ? steps : `${steps}\n\nRefused, and left as they are:\n${refusals.join('\n')}`;
}

/** There is nothing to move: with consent, that is noted once for this machine, which an operator's first push waits for. */
function noteLayout({ flags }: Invocation, tree: string, outcome: Outcome): Outcome {
  const machineId = ensureMachineId(
    flags['apply'] === true && flags['dry'] !== true ? realSystem() : drySystem(),
    tree,
  );
  if (hasMigrationRow(tree, machineId)) return { ...outcome, unchanged: 'the tree has the layout of today' };
  if (flags['apply'] !== true || flags['dry'] === true)
    return { ...outcome, unchanged: 'the tree has the layout of today; --apply notes that for this machine' };
  recordMigrated(tree, machineId, 0);
  return { ...outcome, changed: `${layout.migrations} says that this machine's tree has the layout of today` };
}

/** `snappy migrate`: moves flat skills into folders and the old feedback log to its name. Shows its plan first. */
export async function migrate(invocation: Invocation): Promise<Outcome> {
  const { flags, cwd, env } = invocation;
  const tree = findTree({ tree: flags['tree'] as string | undefined, cwd, env });
  const plan = planMigration(tree);
  const possible = plan.filter(({ kind }) => kind !== 'refuse');
  const ok = possible.length === plan.length;
  const shown = renderPlan(plan);
  const outcome = { text: shown, data: { tree, applied: false, steps: plan }, ok };
  if (plan.length === 0) return noteLayout(invocation, tree, outcome);
  if (possible.length === 0) return { ...outcome, unchanged: 'each step needs a person first' };
  const { agreed, text } = await agreeTo(invocation, 'Carry this out?', shown);
  if (!agreed) return { ...outcome, text, unchanged: 'this was the plan; add --apply to carry it out' };
  const system = realSystem();
  const done = applyMigration(system, tree, possible);
  if (ok) recordMigrated(tree, ensureMachineId(system, tree), done.length);
  updateIndexPage(system, tree);
  compileIndex(tree);
  return {
    ...outcome,
    text,
    data: { tree, applied: true, steps: plan },
    changed: `${countOf(done.length, 'file')} migrated, each with a row in state/log/migrations.ndjson`,
  };
}
