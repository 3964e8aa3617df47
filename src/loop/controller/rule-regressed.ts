import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { Found, Rule } from '../briefs/rule.ts';
import { evidenceNeeded } from './sequential-test.ts';
import { settledTimes } from './settled-times.ts';
import { compareByRows, describeMeans, editsBetween, verdictOf } from './verdict.ts';
import type { RevisionVerdict } from './verdict.ts';

/** Lines and edits that a brief names; what is more is counted. */
const shown = 10;

/** An edit in one line for a person: when, which runtime's session, and how it was seen. */
export function describeEdit({ ts, runtime, session, how }: EditRow): string {
  const who = runtime === 'none' ? 'a person' : `${runtime}${session === '' ? '' : ` ${session.slice(0, 8)}`}`;
  return `${ts} ${how === 'found' ? `seen by ${who}` : `${how} by ${who}`}`;
}

function verdictLines(verdict: RevisionVerdict): string[] {
  const { before, after, pairs, decidedAt, evidence } = verdict;
  return [
    `revision ${after}: ${describeMeans(verdict)}, revision ${before}`,
    `${pairs} pairs of runs, each on one machine; the verdict stood after ${decidedAt ?? pairs} of them with evidence ${evidence.toFixed(0)} (${evidenceNeeded} is needed)`,
  ];
}

function regressedFound(skill: string, edits: readonly EditRow[], verdict: RevisionVerdict): Found {
  const { before, after, since } = verdict;
  const between = editsBetween(edits, before, after);
  return {
    rule: 'regressed',
    key: `${before}..${after}`,
    since,
    headline: `regressed: ${describeMeans(verdict)}; look at: snappy regen revert ${skill}`,
    evidence: [
      ...verdictLines(verdict),
      ...between.slice(-shown).map((edit) => `edit since then: ${describeEdit(edit)}`),
    ],
    todo: [
      `The loader has become worse. \`snappy regen revert ${skill}\` shows what would be put back, and does it with \`--apply\`; the revision of now is kept.`,
      'If you know which line did it, mend that line instead and note it: FIXED, `action_kind=loader-rewritten`.',
    ].join('\n'),
  };
}

/** A revision whose runs are worse than those of the one before it. */
export const regressed: Rule = {
  name: 'regressed',
  says: 'the runs of this revision score lower than those of the one before, by a test that may be looked at after every run',
  kind: 'loader-rewritten',
  look(state) {
    const verdict = verdictOf(state);
    return verdict?.verdict === 'regressed' ? [regressedFound(state.skill, state.edits, verdict)] : [];
  },
};

/** The lines that putting a revision back has taken out of the loader and SKILL.md. */
function takenBack(revert: EditRow): string[] {
  return revert.changes
    .filter(({ file }) => file.endsWith('.md'))
    .flatMap(({ diff }) => changedLines(diff).removed)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function revertedFound(skill: string, revert: EditRow, verdict: RevisionVerdict, loaderPath: string): Found {
  const lines = takenBack(revert);
  const more = lines.length > shown ? [`and ${lines.length - shown} lines more`] : [];
  return {
    rule: 'reverted',
    key: revert.id,
    headline: `reverted to revision ${verdict.before}: the one after did worse, ${describeMeans(verdict)}; bring back what was right in it`,
    evidence: [
      `${describeEdit(revert)}: revision ${verdict.after} was replaced by ${verdict.before}`,
      ...verdictLines(verdict),
      ...lines.slice(0, shown).map((line) => `no longer there: ${line}`),
      ...more,
    ],
    todo: [
      `Revision ${verdict.after} is kept: \`snappy regen revert ${skill} --to ${verdict.after}\` shows all that it had.`,
      `Bring back into \`${loaderPath}\` what you have seen to be true of the lines above, one by one, and leave the rest out. Then note it: FIXED, \`action_kind=loader-rewritten\`.`,
    ].join('\n'),
  };
}

/** A revision that was put back because the one after it did worse: what was right in that one must not be lost. */
export const reverted: Rule = {
  name: 'reverted',
  says: 'the revision before was put back because its runs scored higher; what was right in the other one is to be brought back',
  kind: 'loader-rewritten',
  look({ skill, edits, evals, now, loaderPath }) {
    const at = edits.findLastIndex(({ how }) => how === 'revert');
    const revert = edits[at];
    if (revert === undefined || revert.before === null || revert.after === null) return [];
    const verdict = compareByRows({ edits, evals, now }, revert.after, revert.before);
    if (verdict?.verdict !== 'regressed') return [];
    const since = settledTimes(edits, now)[at] ?? revert.ts;
    return [{ ...revertedFound(skill, revert, verdict, loaderPath), since }];
  },
};
