import type { FeedbackRow } from '../../../../seed/state/lib/log.ts';
import { isAnswer } from '../../../../seed/state/lib/log.ts';
import type { Rule, SkillState } from '../rule.ts';

const kind = 'loader-rewritten';

/** A LOGGED row of these kinds answers a brief of another rule: it is no word about a gap. */
const otherAnswers: readonly (string | undefined)[] = ['shape-ok', 'pattern-elevated'];

/** Whether a row says that something is missing from a loader, and nobody has mended it. */
export function isGap({ outcome, actionKind }: FeedbackRow): boolean {
  return outcome === 'LOGGED' && !otherAnswers.includes(actionKind);
}

function isOpen(row: FeedbackRow, at: number, { skill, feedback, now }: SkillState): boolean {
  if (!isGap(row)) return false;
  // Of rows in one second it is the order in the file that tells which answers which.
  return !feedback.slice(at + 1).some((later) => isAnswer(later, { skill, kind, since: row.ts, fixed: true }, now));
}

/** The second after a row: those of the same second were held against it by their order. */
function after(ts: string): string {
  return new Date((Math.floor(Date.parse(ts) / 1000) + 1) * 1000).toISOString();
}

export const gapLoggedRule: Rule = {
  name: 'gap-logged',
  says: 'A gap that somebody could only log is written into the loader by the next who can.',
  kind,
  look(state) {
    const found = new Map<string, Set<string>>();
    const open = state.feedback.filter((row, at) => isOpen(row, at, state));
    for (const { what, ts } of open) {
      const times = found.get(what) ?? new Set();
      found.set(what, times.add(ts));
    }
    return [...found].map(([what, times]) => {
      const last = [...times].at(-1) ?? '';
      return {
        rule: 'gap-logged',
        key: what,
        headline: `gap: ${what}`,
        since: after(last),
        fixed: true as const,
        evidence: [...times].slice(-5).map((ts) => `feedback row of ${ts}: ${what}`),
        todo: 'See whether it is so, then write it into the loader, in the section where a reader would look for it.',
      };
    });
  },
};
