import type { EditChange, EditRow } from '../../../seed/state/lib/edit.ts';
import { readTreeSkill, revisionOf } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { diffSkills } from '../edits/diff.ts';
import { readEdits } from '../edits/queue.ts';
import { listRevisions, loadRevision } from '../edits/store.ts';
import { readEvals } from '../evals/read-evals.ts';
import { measure } from '../evals/summary.ts';
import type { Measure } from '../evals/summary.ts';
import { countedRuns } from './run-pairs.ts';
import { compareByRows, editsBetween, verdictOf } from './verdict.ts';
import type { RevisionVerdict } from './verdict.ts';

/** A revision that is kept here, or in use. */
export interface KnownRevision {
  readonly rev: string;
  /** When it last came into use, as far as that was seen here: ISO 8601, UTC. */
  readonly since: string | undefined;
  readonly runs: Measure;
}

/** What putting a revision back would do, and what speaks for it. */
export interface RevertPlan {
  readonly skill: string;
  /** `undefined` when the skill is gone. */
  readonly from: KnownRevision | undefined;
  readonly to: KnownRevision;
  /** The runs of now held against those of the other one; `undefined` where there are none of both. */
  readonly verdict: RevisionVerdict | undefined;
  /** The edits it takes back, the first one first; empty where no row tells. */
  readonly takesBack: readonly EditRow[];
  /** From now to then, credentials masked; empty when they are the same. */
  readonly changes: readonly EditChange[];
}

/** The revisions of a skill that are kept here, the one that last came into use first, with the runs of each. */
export function knownRevisions(tree: string, skill: string): KnownRevision[] {
  const runs = countedRuns(readEvals(tree, skill).rows);
  return listRevisions(tree, skill).map(({ rev_id, at }) => ({
    rev: rev_id,
    since: at,
    runs: measure(runs.filter((row) => row.rev_id === rev_id)),
  }));
}

/** The revision that is meant: by its id or the beginning of it. */
function named(known: readonly KnownRevision[], wanted: string): KnownRevision | undefined {
  const found = /^[0-9a-f]{4,12}$/.test(wanted) ? known.filter(({ rev }) => rev.startsWith(wanted)) : [];
  return found.length === 1 ? found[0] : undefined;
}

/** What is before a revision: the one that its runs did worse than, else the one it was made from, else the last one in use. */
function defaultOf(
  known: readonly KnownRevision[],
  edits: readonly EditRow[],
  now: string | undefined,
  verdict: RevisionVerdict | undefined,
): KnownRevision | undefined {
  const others = known.filter(({ rev }) => rev !== now);
  const measured = verdict?.verdict === 'regressed' ? verdict.before : undefined;
  const made = edits.findLast(({ after, before }) => after === (now ?? null) && before !== null)?.before;
  const wanted = [measured, made].find((rev) => others.some((other) => other.rev === rev));
  return others.find(({ rev }) => rev === wanted) ?? others[0];
}

/**
 * Plans to put a revision of a skill back: `to` (its id, or 4 digits or more of its beginning), else the one before. Only
 * reads. `undefined` when no such revision is kept here; `knownRevisions` says which are. Throws `usage` for a name that
 * no skill has or had.
 */
export async function planRevert(
  tree: string,
  skill: string,
  options: { readonly to?: string | undefined } = {},
): Promise<RevertPlan | undefined> {
  const files = readTreeSkill(tree, skill);
  const known = knownRevisions(tree, skill);
  if (files === undefined && known.length === 0) {
    throw new SnappyError('usage', `there is no skill ${JSON.stringify(skill.slice(0, 128))}, and no revision of one`, {
      hint: 'see their names with: snappy skill list',
    });
  }
  const revision = files === undefined ? undefined : revisionOf(files);
  const rows = { edits: readEdits(tree, skill), evals: readEvals(tree, skill).rows };
  const to =
    options.to === undefined
      ? defaultOf(known, rows.edits, revision, verdictOf({ ...rows, revision }))
      : named(known, options.to);
  const target = to === undefined ? undefined : loadRevision(tree, skill, to.rev);
  if (to === undefined || target === undefined) return undefined;
  const runs = countedRuns(rows.evals);
  const ofNow = revision === undefined ? undefined : known.find(({ rev }) => rev === revision);
  return {
    skill,
    from:
      revision === undefined
        ? undefined
        : (ofNow ?? { rev: revision, since: undefined, runs: measure(runs.filter((row) => row.rev_id === revision)) }),
    to,
    verdict: revision === undefined ? undefined : compareByRows(rows.evals, to.rev, revision),
    takesBack: revision === undefined ? [] : editsBetween(rows.edits, to.rev, revision),
    changes: await diffSkills(skill, files, target),
  };
}
