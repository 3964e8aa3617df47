import type { BriefReason } from '../../../seed/state/lib/brief.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import type { Finding } from '../../../seed/state/lib/finding.ts';
import type { ActionKind, FeedbackRow } from '../../../seed/state/lib/log.ts';

/** A file with what could not be merged. */
export interface ConflictFile {
  /** Relative to the tree. */
  readonly path: string;
  /** Its beginning, where it is very long. */
  readonly text: string;
}

/** A credential that stands where it is synced and injected. Never the credential itself. */
export interface CredentialPlace {
  /** `path:line:column`, relative to the tree. */
  readonly place: string;
  /** What it is, by the name of secretlint's rule. */
  readonly kind: string;
  /** Tells it from others: a hash of its line with the credential masked. */
  readonly key: string;
}

/** All that a rule may look at of one skill; plain data, so that rules are tested without files. */
export interface SkillState {
  readonly skill: string;
  /** The loader as it is; `undefined` when there is none. */
  readonly loader: string | undefined;
  /** Relative to the tree; where the loader belongs when there is none. */
  readonly loaderPath: string;
  /** The footer that the hook adds to it, in characters. */
  readonly footerLength: number;
  /** The revision of now; `undefined` when the skill cannot be read, or has no graded runs that would ask for it. */
  readonly revision: string | undefined;
  /** By their times. */
  readonly edits: readonly EditRow[];
  /** In the order they were written: within one machine that is the order of the runs, whatever its clock did. */
  readonly evals: readonly EvalRow[];
  /** By their times to the second; rows of one second in the order they were written. */
  readonly feedback: readonly FeedbackRow[];
  /** What the lint finds in the skill; looked for only where there are edits. */
  readonly findings: readonly Finding[];
  readonly conflicts: readonly ConflictFile[];
  /** In the loader, and in what the feedback rows say. */
  readonly credentials: readonly CredentialPlace[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * What a rule has found. A finding about rows has `since`, the time of the newest of them. One about the skill's text has
 * none: it waits for an answer from the moment a drain first saw it, since the feedback row that belongs to the edit is
 * older than that, and no answer.
 */
export interface Found extends Omit<BriefReason, 'since'> {
  readonly since?: string;
}

/** One rule of the controller: what it looks for, and the kind of answer that its briefs wait for. Pure. */
export interface Rule {
  /** `[a-z0-9-]+`; what `regen list` shows. */
  readonly name: string;
  /** The rule as a sentence, for a person. */
  readonly says: string;
  readonly kind: ActionKind;
  /** What there is to be done, whether it was answered or not; the drain holds it against the answers. */
  look(state: SkillState): Found[];
}
