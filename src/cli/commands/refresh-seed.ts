import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTwoFilesPatch, OMIT_HEADERS } from 'diff';
import { SnappyError } from '../../core/errors.ts';
import { findTree } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import type { System } from '../../core/system.ts';
import { acceptSeen } from '../../loop/edits/accept.ts';
import { noticeEdits } from '../../loop/edits/notice.ts';
import { withRegenLock } from '../../loop/regen-lock.ts';
import { findLaidText } from '../../tree/laid-text.ts';
import { applyRefresh, planRefresh } from '../../tree/refresh.ts';
import type { Choice, RefreshKind, RefreshPlan, RefreshStep } from '../../tree/refresh.ts';
import { findSeedPackage } from '../../tree/seed-files.ts';
import type { Invocation, Outcome } from '../command.ts';
import { homely } from '../plan-text.ts';

/** Larger files are programs or data: a person does not merge them by hand. In characters. */
const shownSize = 64 * 1024;

const headings: Readonly<Record<Exclude<RefreshKind, 'refuse'>, string>> = {
  renew: 'Brought up to date',
  lay: 'Missing, and laid again',
  overwrite: 'Laid over yours, which is beside it as .bak',
  keep: 'Yours, and kept',
  drop: 'No longer in the seed, and removed',
  leave: 'No longer in the seed, but changed here: yours from now on',
};

function indented(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '    ');
}

/** The hunks that lead from one text to another. */
function hunks(from: string, to: string): string {
  return indented(
    createTwoFilesPatch('', '', from, to, undefined, undefined, { context: 2, headerOptions: OMIT_HEADERS }),
  );
}

/** The three-way diff of a refused file: what was changed here, and what the seed has changed, each from the text as laid. */
function renderDiffs(tree: string, { path: file, file: seed, base, reason }: RefreshStep): string {
  if (reason === 'no-plain-file' || seed === undefined)
    return '    It is a link, a folder, or below a link that leads out of the tree. Put a plain file there, or leave it.';
  const [yours, theirs] = [readFileSync(path.join(tree, file), 'utf8'), seed.data.toString('utf8')];
  if (Math.max(yours.length, theirs.length) > shownSize) return '    It is too large to be shown.';
  if (reason === 'changed-here') return `  changed here (the seed has nothing newer):\n${hunks(theirs, yours)}`;
  const laid = findLaidText(tree, file, base);
  if (laid === undefined)
    return `  from yours to the seed’s (no commit holds the text as it was laid):\n${hunks(yours, theirs)}`;
  return `  changed here, since it was laid:\n${hunks(laid, yours)}\n  changed in the seed, since then:\n${hunks(laid, theirs)}`;
}

function renderRefusals(plan: RefreshPlan): string[] {
  const refused = plan.steps.filter(({ kind }) => kind === 'refuse');
  if (refused.length === 0) return [];
  const texts = refused.map((step) => `${step.path}\n${renderDiffs(plan.tree, step)}`);
  return [
    `Refused, since changed here (${refused.length}):`,
    ...texts,
    `Three choices for what was refused:
  merge by hand   edit the file, then --keep${refused[0]?.file === undefined ? '' : `; the seed’s own is ${homely(refused[0].file.from)}`}
  --force         lay the seed’s version; yours stays beside it as .bak
  --keep          keep yours, and count the seed’s change as seen`,
  ];
}

function renderPlan(plan: RefreshPlan): string {
  const groups = Object.entries(headings).flatMap(([kind, heading]) => {
    const paths = plan.steps.filter((step) => step.kind === kind).map((step) => `  ${step.path}`);
    return paths.length === 0 ? [] : [`${heading} (${paths.length}):\n${paths.join('\n')}`];
  });
  const opening = `The seed of ${homely(plan.tree)}: ${plan.from === undefined || plan.from === plan.to ? plan.to : `${plan.from} -> ${plan.to}`}.`;
  const fault =
    plan.fault === undefined ? [] : [`${plan.fault}, so a file that differs from the seed counts as changed here.`];
  const none = plan.steps.length === 0 ? ['All of it is as this version lays it.'] : [];
  return [opening, ...fault, ...none, ...groups, ...renderRefusals(plan)].join('\n\n');
}

function choiceOf(flags: Invocation['flags']): Choice {
  if (flags['force'] === true && flags['keep'] === true)
    throw new SnappyError('usage', '--force and --keep exclude each other');
  return flags['force'] === true ? 'force' : flags['keep'] === true ? 'keep' : undefined;
}

/** Carries the plan out. Edits of before are noticed first; what the seed brings into a skill is nobody's edit. */
function refresh(system: System, plan: RefreshPlan): Promise<void> {
  const { tree, steps } = plan;
  const skills = steps.flatMap(({ path: file }) => /^state\/skills\/([^/]+)\//.exec(file)?.[1] ?? []);
  // What the loop keeps is not counted among the files that were renewed.
  const aside = realSystem();
  return withRegenLock(tree, async () => {
    await noticeEdits(aside, tree, { runtime: 'none', session: '', how: 'found' }, new Date());
    applyRefresh(system, plan);
    acceptSeen(aside, tree, skills);
  });
}

/** `snappy init --refresh-seed`: brings what the seed owns up to date, and leaves what was changed to the user's choice. */
export async function refreshSeed({ args, flags, cwd, env }: Invocation): Promise<Outcome> {
  const tree = findTree({ tree: args[0], cwd, env });
  const source = findSeedPackage(fileURLToPath(import.meta.url), ['init', '--refresh-seed', ...args].join(' '));
  const system = realSystem();
  const plan = planRefresh(system, source, tree, choiceOf(flags));
  const text = renderPlan(plan);
  const dry = flags['dry'] === true;
  if (!dry) await refresh(system, plan);
  const refused = plan.steps.some(({ kind }) => kind === 'refuse');
  const count = new Set(system.changes.map((change) => change.path)).size;
  return {
    text,
    data: {
      tree,
      from: plan.from,
      to: plan.to,
      applied: !dry,
      steps: plan.steps.map(({ kind, path: file, reason }) => ({ kind, path: file, reason })),
    },
    ok: !refused,
    refused,
    changed: count > 0 ? `${count} ${count === 1 ? 'file' : 'files'} in ${homely(tree)}` : undefined,
    unchanged: dry ? 'this was a dry run' : undefined,
  };
}
