import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { summarize } from './summary.ts';
import type { EvalSummary } from './summary.ts';

/** The graded runs of one skill, summed up. */
export interface GradedSkill extends EvalSummary {
  readonly skill: string;
  /** The revision of now; `undefined` for a skill that is gone. */
  readonly revision: string | undefined;
}

/** Sums up the rows of each skill that was ever run; the skill that was run last comes last. */
export function gradedSkills(tree: string, rows: readonly EvalRow[]): GradedSkill[] {
  const bySkill = new Map<string, EvalRow[]>();
  for (const row of rows) {
    const own = bySkill.get(row.skill) ?? [];
    own.push(row);
    // Put in anew, so that the map is in the order of the last runs.
    bySkill.delete(row.skill);
    bySkill.set(row.skill, own);
  }
  return [...bySkill].map(([skill, own]) => {
    const revision = skillRevision(tree, skill);
    return { skill, revision, ...summarize(own, revision) };
  });
}

/** Those of these skills whose revision of now nobody has run: nothing is known of it, good or bad. */
export function unmeasuredOf(skills: readonly string[], graded: readonly GradedSkill[]): string[] {
  const measured = new Set(graded.filter(({ ofRevision }) => ofRevision.runs > 0).map(({ skill }) => skill));
  return skills.filter((skill) => !measured.has(skill));
}
