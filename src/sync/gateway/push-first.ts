import { readMachineId } from '../../core/machine-id.ts';
import { hasMigrationRow } from '../../skills/migrate.ts';
import type { Known } from './known.ts';
import type { PushPlan } from './plan-push.ts';

const canonical = ['subscriber', 'public'] as const;

/**
 * Whether a plan is the operator's first push of a repo, of which others have nothing yet: whatever tier it begins with, it is
 * the tree that they will be given.
 */
export function isFirstOfOperator({ tiers }: PushPlan, known: Pick<Known, 'tiers'>): boolean {
  const all = canonical.map((tier) => known.tiers.get(tier));
  return tiers.length > 0 && all.every((tier) => tier?.writable === true && tier.rev === 0);
}

/** Whether this machine's tree was brought to the layout of today: `snappy migrate` has written a row with its id. */
export function isMigrated(tree: string): boolean {
  const machine = readMachineId(tree);
  return machine !== undefined && hasMigrationRow(tree, machine);
}
