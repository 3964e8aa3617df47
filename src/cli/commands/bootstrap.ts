import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { realSystem } from '../../core/system.ts';
import { applyInit, planInit } from '../../tree/init.ts';
import { findSeedPackage } from '../../tree/seed-files.ts';
import type { Invocation, Outcome } from '../command.ts';
import { homely } from '../plan-text.ts';

type Install = (invocation: Invocation) => Promise<Outcome>;

async function layTree(dir: string, git: boolean): Promise<number> {
  const source = findSeedPackage(fileURLToPath(import.meta.url), 'install');
  return (await applyInit(realSystem(), planInit(source, dir), { git })).skills;
}

/** The outcome with another tree's path in all of it: whole where a file would hold it, else as a person writes it. */
function moved(outcome: Outcome, from: string, to: string): Outcome {
  const swap = (text: string, whole: string): string =>
    text
      // Instructions have it between backticks, and there too it begins with `~`.
      .replaceAll(`\`${from}`, `\`${homely(to)}`)
      .replaceAll(JSON.stringify(from).slice(1, -1), whole)
      .replaceAll(homely(from), homely(to));
  const lines = outcome.text.split('\n').map((line) => swap(line, line.startsWith('+') ? to : homely(to)));
  const data = swap(JSON.stringify(outcome.data), JSON.stringify(to).slice(1, -1));
  return { ...outcome, text: lines.join('\n'), data: JSON.parse(data) as unknown };
}

/** The plan of an install into a tree that is not there yet: made on one that is laid aside for it, and thrown away. */
async function planAside(install: Install, invocation: Invocation, tree: string): Promise<Outcome> {
  const aside = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'snappy-plan-'));
  try {
    const staged = path.join(aside, path.basename(tree));
    const skills = await layTree(staged, false);
    const flags = { ...invocation.flags, tree: staged, apply: false };
    const quiet = { ...invocation, flags, env: { ...invocation.env, SNAPPY_BOOTSTRAP_APPLY: '' }, terminal: false };
    const outcome = moved(await install({ ...quiet, confirm: async () => false }), staged, tree);
    const first = `A tree with ${skills} skills would be laid in ${homely(tree)}; from then on it is yours.`;
    return { ...outcome, text: `${first}\n\n${outcome.text}`, ok: outcome.ok && invocation.flags['check'] !== true };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * `npx snappy-os` on a machine without a tree: shows what would be laid and wired, and with consent lays the tree and wires
 * the runtimes to it. `consented` is what the command line says; on a terminal the person is asked.
 */
export async function bootstrap(
  install: Install,
  invocation: Invocation,
  tree: string,
  mode: 'plan' | 'check' | 'ask' | 'apply',
): Promise<Outcome> {
  if (mode === 'plan' || mode === 'check') return planAside(install, invocation, tree);
  if (mode === 'ask') {
    const plan = await planAside(install, invocation, tree);
    const yes = await invocation.confirm('Lay the tree and make these changes?', plan.text);
    if (!yes) return { ...plan, text: '' };
  }
  const skills = await layTree(tree, true);
  const outcome = await install({ ...invocation, flags: { ...invocation.flags, tree, apply: true } });
  const laid = `a tree with ${skills} skills laid in ${homely(tree)}`;
  return {
    ...outcome,
    unchanged: undefined,
    changed: outcome.changed === undefined ? laid : `${laid}, ${outcome.changed}`,
  };
}
