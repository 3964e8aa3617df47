import type { BriefReason } from '../../../seed/state/lib/brief.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import type { Finding } from '../../../seed/state/lib/finding.ts';
import type { ActionKind, FeedbackRow } from '../../../seed/state/lib/log.ts';

/** All that a rule may look at of one skill. Rows are in the order of their times; plain data, so that rules are tested without files. */
export interface SkillState {
  readonly skill: string;
  /** The loader as it is; `undefined` when there is none. */
  readonly loader: string | undefined;
  /** Relative to the tree. */
  readonly loaderPath: string;
  /** The footer that the hook adds to it, in characters. */
  readonly footerLength: number;
  /** The revision of now; `undefined` when the skill cannot be read. */
  readonly revision: string | undefined;
  readonly edits: readonly EditRow[];
  readonly evals: readonly EvalRow[];
  readonly feedback: readonly FeedbackRow[];
  /** What the lint finds in the skill. */
  readonly findings: readonly Finding[];
  /** Files with what could not be merged, relative to the tree. */
  readonly conflicts: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** One rule of the controller: what it looks for, and the kind of answer that its briefs wait for. Pure. */
export interface Rule {
  /** `[a-z0-9-]+`; what `regen list` shows. */
  readonly name: string;
  /** The rule as a sentence, for a person. */
  readonly says: string;
  readonly kind: ActionKind;
  /**
   * What is to be done, whether it was answered or not; the drain holds reasons against answers by their `since`. A reason
   * about rows has the time of the newest one, a reason about the skill's text that of the edit which made it so.
   */
  look(state: SkillState): BriefReason[];
}
