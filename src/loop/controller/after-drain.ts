import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import type { System } from '../../core/system.ts';
import type { SkillState } from '../briefs/rule.ts';
import { readRegenConfig } from '../config.ts';
import { restoreRevision } from '../edits/restore.ts';
import { repairCollapse } from './repair-collapse.ts';
import { describeMeans, verdictOf } from './verdict.ts';

/** What a drain has seen, and on whose account it ran. */
export interface Drained {
  /** Of the skills that the drain looked at. */
  readonly states: readonly SkillState[];
  /** The runtime and the session that stopped; `none` and '' for a person's own command. */
  readonly by: { readonly runtime: string; readonly session: string };
  readonly now: Date;
}

/** What was done of its own accord, where the tree's owner has agreed to that. */
export interface Afterwards {
  /** Skills whose files were changed: their briefs are to be drained again. */
  readonly changed: readonly string[];
  /** One line each, for a person. */
  readonly notes: readonly string[];
}

/**
 * Puts the revision before back where the runs of this one are worse. Answers to the brief are not waited for: consent to
 * this was given for the tree, and no two revisions are judged twice. What was done, in a line.
 */
async function revertRegressed(
  system: System,
  tree: string,
  state: SkillState,
  { by, now }: Drained,
): Promise<string | undefined> {
  const verdict = verdictOf(state);
  const { skill } = state;
  if (verdict?.verdict !== 'regressed' || skillRevision(tree, skill) !== verdict.after) return undefined;
  const edit = await restoreRevision(system, tree, { skill, rev: verdict.before, by }, now);
  if (edit === undefined) return undefined;
  return `${skill}: revision ${verdict.before} was put back, ${verdict.after} did worse: ${describeMeans(verdict)}; it is kept`;
}

async function repair(system: System, tree: string, state: SkillState, { by }: Drained): Promise<string | undefined> {
  const count = await repairCollapse(system, tree, state, by);
  const lines = `${count} line${count === 1 ? '' : 's'}`;
  return count === 0
    ? undefined
    : `${state.skill}: ${lines} that a rewrite had lost ${count === 1 ? 'was' : 'were'} put back`;
}

/**
 * Acts on what a drain has found, where `state/log/regen.json` has `revert: auto`: puts back the revision before one
 * that did worse, and lines that a rewrite has lost. What cannot be done for one skill is noted and does not stop the
 * others. The regen lock is held by the caller. Throws `refused` on a config that cannot be understood.
 */
export async function afterDrain(system: System, tree: string, drained: Drained): Promise<Afterwards> {
  if (readRegenConfig(tree).revert !== 'auto') return { changed: [], notes: [] };
  const changed: string[] = [];
  const notes: string[] = [];
  for (const state of drained.states) {
    try {
      const note =
        (await revertRegressed(system, tree, state, drained)) ?? (await repair(system, tree, state, drained));
      if (note === undefined) continue;
      changed.push(state.skill);
      notes.push(note);
    } catch (cause) {
      if (!(cause instanceof SnappyError)) throw cause;
      notes.push(`${state.skill}: ${cause.message}${cause.hint === undefined ? '' : ` (${cause.hint})`}`);
    }
  }
  return { changed, notes };
}
