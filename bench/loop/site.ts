// Where a run takes place: its programs, and its machines with a tree each. Several machines share a git remote.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { machineIdOf } from '../../src/core/machine-id.ts';
import { layout } from '../../src/core/paths.ts';
import type { HookEvent } from '../../src/hook/run.ts';
import { laySkills } from './loaders.ts';
import { Machine } from './machine.ts';
import type { Guard } from './machine.ts';
import type { Scenario } from './plan.ts';
import { layPrograms } from './programs.ts';
import type { Program } from './programs.ts';

export interface SiteOptions {
  /** A tree as `init` has laid it. */
  readonly template: string;
  readonly folder: string;
  readonly programs: readonly Program[];
  readonly scenario: Scenario;
  readonly seed: number;
  readonly off: ReadonlySet<HookEvent>;
  readonly guard: Guard;
}

/** Lays all of it into a folder that is there and empty. */
export function laySite(options: SiteOptions): Machine[] {
  const { template, folder, programs, scenario, seed } = options;
  layPrograms(path.join(folder, 'bin'), programs);
  const home = path.join(folder, 'home');
  fs.mkdirSync(home);
  const trees = Array.from({ length: scenario.machines }, (_, at) => path.join(folder, `machine-${at + 1}`));
  const [first = ''] = trees;
  fs.cpSync(template, first, { recursive: true });
  laySkills(first, programs, seed);
  const machines = trees.map(
    (tree) => new Machine({ tree, home, programs: path.join(folder, 'bin'), off: options.off }, options.guard),
  );
  machines[0]?.snappy('index');
  // The skills are seen as they are laid: what comes after is an edit.
  machines[0]?.snappy('regen', 'notice');
  if (machines.length > 1) share(folder, machines);
  const config = { _v: 1, mode: 'attended', runtime: null, revert: scenario.revert, maxOpen: 2 };
  for (const [at, tree] of trees.entries()) {
    fs.writeFileSync(path.join(tree, layout.machineId), `${machineIdOf(`machine ${at + 1}`)}\n`);
    fs.writeFileSync(path.join(tree, layout.regenConfig), `${JSON.stringify(config, undefined, 2)}\n`);
  }
  return machines;
}

/** Puts the first machine's tree into a remote, and copies of it onto the others. */
function share(folder: string, [first, ...others]: readonly Machine[]): void {
  if (first === undefined) return;
  const remote = path.join(folder, 'remote.git');
  spawnSync('git', ['init', '--quiet', '--bare', remote]);
  first.git('config', 'user.name', 'Bench');
  first.git('config', 'user.email', 'bench@localhost');
  first.git('add', '-A');
  first.git('commit', '--quiet', '-m', 'Lay the skills');
  first.git('remote', 'add', 'origin', remote);
  first.git('push', '--quiet', '--set-upstream', 'origin', 'HEAD');
  for (const { tree } of others) fs.cpSync(first.tree, tree, { recursive: true });
}
