import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { changedLines } from '../../../seed/state/lib/edit.ts';
import type { Found, Rule, SkillState } from '../briefs/rule.ts';
import { describeEdit } from './describe-edit.ts';
import { evidenceNeeded } from './sequential-test.ts';
import { settledTimes } from './settled-times.ts';
import { compareByRows, describeMeans, editsBetween, verdictOf } from './verdict.ts';
import type { RevisionVerdict } from './verdict.ts';

/** Lines and edits that a brief names; what is more is counted. */
const shown = 10;

function verdictLines({ before, after, pairs, decidedAt, evidence, meanBefore, meanAfter }: RevisionVerdict): string[] {
  return [
    `revision ${after}: ${meanAfter.toFixed(2)} over ${pairs} runs; revision ${before} before it: ${meanBefore.toFixed(2)} over ${pairs} runs`,
    `each run is held against one of the other revision on the same machine; the verdict stood after ${decidedAt ?? pairs} of ${pairs} pairs, with evidence ${evidence.toFixed(1)} where ${evidenceNeeded} is needed`,
  ];
}

function regressedFound(skill: string, edits: readonly EditRow[], verdict: RevisionVerdict): Found {
  const { before, after } = verdict;
  const between = editsBetween(edits, before, after);
  return {
    rule: 'regressed',
    key: `${before}..${after}`,
    // To log once more that something is missing is no answer to a loader that has become worse.
    fixed: true,
    headline: `regressed: ${describeMeans(verdict)}; look at: snappy regen revert ${skill}`,
    evidence: [
      ...verdictLines(verdict),
      ...between.slice(-shown).map((edit) => `what was edited: ${describeEdit(edit)}`),
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

function revertedFound(
  { skill, loaderPath }: Pick<SkillState, 'skill' | 'loaderPath'>,
  revert: EditRow,
  verdict: RevisionVerdict,
  takenBackWith: readonly EditRow[],
): Found {
  const lines = takenBack(revert);
  const more = lines.length > shown ? [`and ${lines.length - shown} lines more`] : [];
  return {
    rule: 'reverted',
    key: revert.id,
    fixed: true,
    headline: `reverted to ${verdict.before}, as ${verdict.after} did worse: ${describeMeans(verdict)}; bring back what was right in it`,
    evidence: [
      `${describeEdit(revert)}: ${verdict.before} in the place of ${verdict.after}`,
      ...verdictLines(verdict),
      ...takenBackWith.slice(-shown).map((edit) => `an edit that it took back: ${describeEdit(edit)}`),
      ...lines.slice(0, shown).map((line) => `no longer there: ${line}`),
      ...more,
    ],
    todo: [
      `Revision ${verdict.after} is kept: \`snappy regen revert ${skill} --to ${verdict.after}\` shows all that it had.`,
      `Bring back into \`${loaderPath}\` what you have seen to be true of the lines above, one by one, and leave the rest out.`,
      'Then note it, also where nothing of it was right: FIXED, `action_kind=loader-rewritten`.',
    ].join('\n'),
  };
}

/** A revision that was put back because the one after it did worse: what was right in that one must not be lost. */
export const reverted: Rule = {
  name: 'reverted',
  says: 'the revision before was put back because its runs scored higher; what was right in the other one is to be brought back',
  kind: 'loader-rewritten',
  look(state) {
    const { edits, evals, now } = state;
    const at = edits.findLastIndex(({ how }) => how === 'revert');
    const revert = edits[at];
    if (revert === undefined || revert.before === null || revert.after === null) return [];
    const verdict = compareByRows(evals, revert.after, revert.before);
    if (verdict?.verdict !== 'regressed') return [];
    const since = settledTimes(edits, now)[at] ?? revert.ts;
    const between = editsBetween(edits.slice(0, at), verdict.before, verdict.after);
    return [{ ...revertedFound(state, revert, verdict, between), since }];
  },
};
