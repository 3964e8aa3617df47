import fs from 'node:fs';
import path from 'node:path';
import type { EvalRow } from '../../seed/state/lib/eval.ts';
import { parseFeedbackRow, readRows } from '../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../seed/state/lib/log.ts';
import { readTail } from '../core/log-tail.ts';
import { layout } from '../core/paths.ts';
import { gradedSkills, unmeasuredOf } from '../loop/evals/graded-skills.ts';
import type { GradedSkill } from '../loop/evals/graded-skills.ts';
import { readEvals } from '../loop/evals/read-evals.ts';

/** What the loop holds: graded runs, open work orders, repairs. */
export interface LoopStatus {
  /** Every skill with a graded run, the one that was run last first. */
  readonly graded: readonly GradedSkill[];
  /** The last graded runs, newest first. */
  readonly runs: readonly EvalRow[];
  /** Skills of the tree whose revision of now nobody has run. */
  readonly unmeasured: readonly string[];
  /** Names of the open briefs: `<skill>.<kind>.md`. */
  readonly briefs: readonly string[];
  /** Gaps that the agent who met them has fixed, and those only noted, as far back as the end of the log tells. */
  readonly fixed: number;
  readonly logged: number;
  /** The last feedback rows, newest first. */
  readonly feedback: readonly FeedbackRow[];
}

/** How many of the last evals and feedback rows are shown. */
const recent = 3;

function openBriefs(tree: string): string[] {
  try {
    return fs
      .readdirSync(path.join(tree, layout.queue))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .toSorted();
  } catch {
    return [];
  }
}

/** Looks at what the loop holds; `skills` are the names of the tree's. An attended read, for a person who has asked. */
export function readLoopStatus(tree: string, skills: readonly string[]): LoopStatus {
  const { rows } = readEvals(tree);
  const graded = gradedSkills(tree, rows);
  const feedback = readRows(readTail(tree, layout.feedback), parseFeedbackRow).rows;
  const fixed = feedback.filter(({ outcome }) => outcome === 'FIXED').length;
  return {
    graded: graded.toReversed(),
    runs: rows.slice(-recent).toReversed(),
    unmeasured: unmeasuredOf(skills, graded),
    briefs: openBriefs(tree),
    fixed,
    logged: feedback.length - fixed,
    feedback: feedback.slice(-recent).toReversed(),
  };
}
