import { readMachineId } from '../../core/machine-id.ts';
import { hasMigrationRow } from '../../skills/migrate.ts';
import type { Known } from './known.ts';
import type { PushPlan } from './plan-push.ts';

const canonical = ['subscriber', 'public'] as const;

/** Whether a plan is the first of all to lay something where others read it: the operator's initial population of a repo. */
export function isFirstOfCanonical({ tiers }: PushPlan, known: Pick<Known, 'tiers'>): boolean {
  const isEmpty = canonical.every((tier) => (known.tiers.get(tier)?.rev ?? 0) === 0);
  return isEmpty && tiers.some(({ tier }) => canonical.some((one) => one === tier));
}

/** Whether this machine's tree was brought to the layout of today: `snappy migrate` has written a row with its id. */
export function isMigrated(tree: string): boolean {
  const machine = readMachineId(tree);
  return machine !== undefined && hasMigrationRow(tree, machine);
}
