import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultTree } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { applyInit, planInit } from '../../tree/init.ts';
import { findSeedPackage } from '../../tree/seed-files.ts';
import type { Invocation, Outcome } from '../command.ts';

/** `snappy init`: lays a tree, or completes one. */
export async function init({ args, flags, cwd }: Invocation): Promise<Outcome> {
  const dir = args[0] === undefined ? defaultTree() : path.resolve(cwd, args[0]);
  const source = findSeedPackage(fileURLToPath(import.meta.url), ['init', ...args].join(' '));
  const plan = planInit(source, dir);
  const result = applyInit(realSystem(), plan, { git: flags['git'] !== false });
  return {
    text: `A tree of ${result.skills} skills.`,
    data: { tree: plan.tree, ground: plan.ground, ...result },
    ok: true,
    changed: result.laid.length > 0 ? `${result.laid.length} files laid in ${plan.tree}` : undefined,
    unchanged: 'it is a tree already',
  };
}
