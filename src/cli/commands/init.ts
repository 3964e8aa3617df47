import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SnappyError } from '../../core/errors.ts';
import { defaultTree, layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { applyInit, planInit } from '../../tree/init.ts';
import type { InitPlan, InitResult } from '../../tree/init.ts';
import { findSeedPackage } from '../../tree/seed-files.ts';
import type { Invocation, Outcome } from '../command.ts';
import { painter } from '../paint.ts';
import { homely } from '../plan-text.ts';

/** A path as it can be pasted into a shell: short where that needs no quotes. */
function pasted(file: string): string {
  const short = homely(file);
  return /^[\w./~:@%+-]+$/.test(short) ? short : `'${file.replaceAll("'", String.raw`'\''`)}'`;
}

const repositories: Readonly<Record<InitResult['git'], string>> = {
  made: 'A git repository of its own, with one commit.',
  none: 'No git repository was made of it.',
  kept: 'Its git repository is as it was.',
};

/** What an init of a folder that was a tree already has to say. */
function renderKept(plan: InitPlan, result: InitResult): string {
  const found = `${homely(plan.tree)} is a tree already, with ${result.skills} skills.`;
  const laid = result.laid.map((file) => `  ${file}`).join('\n');
  return `${found} ${laid === '' ? 'Nothing of the seed is missing.' : `What was missing of its seed is back:\n${laid}`}
To bring its seed up to date: snappy init --refresh-seed ${pasted(plan.tree)}`;
}

function renderNew(plan: InitPlan, result: InitResult, invocation: Invocation): string {
  const paint = painter(invocation);
  const resumed = plan.ground === 'unfinished' ? ' (an init that had not come to its end was carried on)' : '';
  const snappy = `node ${pasted(path.join(plan.tree, layout.cli))}`;
  return `${paint('bold', `Your tree is at ${homely(plan.tree)}`)}${resumed}

  program.md       the contract with every agent: one screen
  state/skills/    ${result.skills} skills, each with its loader
  state/hooks/     the one hook: sh and awk, a few milliseconds a turn
  bin/snappy.js    all of this program: the tree needs no npm
  sources/         yours, as is program.local.md

${repositories[result.git]}

${paint('bold', 'Next')}
  see a turn           ${snappy} match "write a skill for release notes"
  wire your agents     ${snappy} install      ${paint('dim', '(shows its plan first)')}
  look it over         ${snappy} status`;
}

function renderPlan(plan: InitPlan): string {
  const files = plan.missing.map((file) => `  ${file.path}`);
  return files.length === 0
    ? `Nothing of the seed is missing in ${homely(plan.tree)}.`
    : `Would be laid in ${homely(plan.tree)}:\n${files.join('\n')}`;
}

/** `snappy init`: lays a tree, or completes one; with `--refresh-seed` brings its seed up to date. */
export async function init(invocation: Invocation): Promise<Outcome> {
  const { args, flags, cwd } = invocation;
  if (flags['refreshSeed'] === true) return (await import('./refresh-seed.ts')).refreshSeed(invocation);
  const stray = ['force', 'keep'].find((flag) => flags[flag] === true);
  if (stray !== undefined) throw new SnappyError('usage', `--${stray} goes with --refresh-seed`);
  const dir = args[0] === undefined || args[0] === '' ? defaultTree() : path.resolve(cwd, args[0]);
  const source = findSeedPackage(fileURLToPath(import.meta.url), ['init', ...args.map(pasted)].join(' '));
  const plan = planInit(source, dir);
  const seen = { tree: plan.tree, ground: plan.ground, version: plan.version };
  if (flags['dry'] === true) {
    return {
      text: renderPlan(plan),
      data: { ...seen, missing: plan.missing.map((file) => file.path) },
      ok: true,
      unchanged: 'this was a dry run',
    };
  }
  const result = await applyInit(realSystem(), plan, { git: flags['git'] !== false });
  const count = result.laid.length === 1 ? '1 file' : `${result.laid.length} files`;
  return {
    text: plan.ground === 'tree' ? renderKept(plan, result) : renderNew(plan, result, invocation),
    data: { ...seen, ...result },
    ok: true,
    changed: result.laid.length > 0 || result.git === 'made' ? `${count} laid in ${homely(plan.tree)}` : undefined,
  };
}
