import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Finding } from '../../seed/state/lib/finding.ts';
import { layout } from '../core/paths.ts';
import { drySystem, type System } from '../core/system.ts';
import { applyPlan } from '../install/apply-plan.ts';
import { planRewire, wiredRuntimes, type Plan } from '../install/plan.ts';
import { readRecord } from '../install/record.ts';
import type { Place } from '../runtimes/row.ts';
import type { Diagnosis } from './diagnosis.ts';

function placeOf(env: NodeJS.ProcessEnv): Place {
  return { home: env['HOME'] ?? os.homedir(), env };
}

function finding(file: string, message: string, fix: string): Finding {
  return { rule: 'wiring', path: file, line: 1, message, fix };
}

/** Whether each runtime that install has wired still holds our hooks: some write their settings anew. */
export function checkWiring(tree: string, env: NodeJS.ProcessEnv): Diagnosis {
  const place = placeOf(env);
  const system = drySystem();
  const journal = path.join(tree, layout.installJournal);
  const cutOff = fs.existsSync(journal)
    ? [
        finding(
          layout.installJournal,
          'an install was cut off',
          'run it again: snappy install --apply undoes what it had done first',
        ),
      ]
    : [];
  const { fault: damage } = readRecord(system, tree);
  if (damage !== undefined) {
    const again = 'snappy install --apply makes a new one, and keeps a copy of this one in _backups';
    return { findings: [...cutOff, finding(layout.installs, damage, again)] };
  }
  const wired = wiredRuntimes(system, tree, place);
  if (wired.length === 0) return { findings: cutOff, note: 'no runtime is wired to this tree' };
  const plan = planRewire(system, { tree, place, runtimes: wired, now: new Date() });
  const lost = plan.runtimes.flatMap(({ runtime, changes, fault }): Finding[] => {
    const again = `snappy doctor --fix, or snappy install --runtime ${runtime.id} --apply`;
    if (fault !== undefined) return [finding(layout.installs, fault.message, fault.hint ?? again)];
    return changes.map((change) =>
      finding(change.path, `${runtime.name} does not hold our hooks as install wired them`, again),
    );
  });
  return { findings: [...cutOff, ...lost], note: `${wired.map(({ name }) => name).join(', ')} wired` };
}

/** Wires again what has been dropped. A runtime whose settings cannot be edited safely is left alone. */
export async function repairWiring(system: System, tree: string, env: NodeJS.ProcessEnv): Promise<void> {
  const place = placeOf(env);
  const plan = (): Plan =>
    planRewire(system, { tree, place, runtimes: wiredRuntimes(system, tree, place), now: new Date() });
  await applyPlan(system, { tree, label: 'doctor --fix' }, plan(), async () => plan());
}
