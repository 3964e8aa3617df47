import type { EvalRow } from '../../seed/state/lib/eval.ts';
import type { FeedbackRow } from '../../seed/state/lib/log.ts';
import { readFeedback } from '../loop/briefs/feedback.ts';
import { nameOfBrief, readBriefs } from '../loop/briefs/queue.ts';
import { inlineFixes } from '../loop/controller/inline-fixes.ts';
import { gradedSkills, unmeasuredOf } from '../loop/evals/graded-skills.ts';
import type { GradedSkill } from '../loop/evals/graded-skills.ts';
import { readEvals } from '../loop/evals/read-evals.ts';

/** An open work order: its name, `<skill>.<kind>`, and what it asks for in one line. */
export interface OpenBriefStatus {
  readonly name: string;
  readonly headline: string;
}

/** What the loop holds: graded runs, open work orders, repairs. */
export interface LoopStatus {
  /** Every skill with a graded run, the one that was run last first. */
  readonly graded: readonly GradedSkill[];
  /** The last graded runs, newest first. */
  readonly runs: readonly EvalRow[];
  /** Skills of the tree whose revision of now nobody has run. */
  readonly unmeasured: readonly string[];
  readonly briefs: readonly OpenBriefStatus[];
  /** Gaps that the agent who met them has fixed, and those only noted, as far back as the end of the log tells. */
  readonly fixed: number;
  readonly logged: number;
  /** The last feedback rows, newest first. */
  readonly feedback: readonly FeedbackRow[];
}

/** How many of the last evals and feedback rows are shown. */
const recent = 3;

/** Looks at what the loop holds; `skills` are the names of the tree's. An attended read, for a person who has asked. */
export function readLoopStatus(tree: string, skills: readonly string[]): LoopStatus {
  const { rows } = readEvals(tree);
  const graded = gradedSkills(tree, rows);
  const feedback = readFeedback(tree).rows;
  const fixed = inlineFixes({ feedback }).count;
  return {
    graded: graded.toReversed(),
    runs: rows.slice(-recent).toReversed(),
    unmeasured: unmeasuredOf(skills, graded),
    briefs: readBriefs(tree).map((brief) => ({ name: nameOfBrief(brief), headline: brief.headline })),
    fixed,
    logged: feedback.filter(({ outcome }) => outcome === 'LOGGED').length,
    feedback: feedback.slice(-recent).toReversed(),
  };
}
