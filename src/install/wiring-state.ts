import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../core/paths.ts';
import { drySystem } from '../core/system.ts';
import type { Place, Runtime } from '../runtimes/row.ts';
import { planRuntime, planRuntimeRemoval, type Setting } from './plan-runtime.ts';
import { readRecord } from './record.ts';

/** `partly`: hooks of ours are there, but not all, or of another tree. `unreadable`: settings that install would refuse. */
export type WiringState = 'wired' | 'partly' | 'not wired' | 'unreadable';

/** How a runtime is wired to the tree, by what its own files say. Reads only. */
export function readWiring(tree: string, place: Place, runtime: Runtime): WiringState {
  const system = drySystem();
  const real = fs.realpathSync(tree);
  const setting: Setting = { tree: real, place, backups: path.join(real, layout.backups, 'none') };
  const record = readRecord(system, real);
  const known = {
    targets: new Map(record.targets.map((target) => [target.file, target])),
    trusted: record.trust
      .filter((entry) => entry.granted && entry.runtime === runtime.id)
      .flatMap(({ hooks }) => hooks),
  };
  const { fault, changes } = planRuntime(system, setting, runtime, known);
  if (fault !== undefined) return 'unreadable';
  if (changes.length === 0) return 'wired';
  return planRuntimeRemoval(system, setting, runtime, known).changes.length > 0 ? 'partly' : 'not wired';
}
