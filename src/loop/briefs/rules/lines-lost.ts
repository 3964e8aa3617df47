import { findCollapses } from '../lost-lines.ts';
import type { Rule } from '../rule.ts';

/** How many of the lines are listed. */
const listed = 40;

export const linesLostRule: Rule = {
  name: 'lines-lost',
  says: 'A rewrite that drops three lines or more, and 30 % of a loader, names what it removed; or the lines are put back.',
  kind: 'loader-rewritten',
  look: (state) =>
    findCollapses(state).map(({ edit, lines }) => {
      const who = edit.runtime === 'none' ? 'an edit' : `an edit seen by ${edit.runtime}`;
      const more =
        lines.length > listed
          ? [`- and ${lines.length - listed} more, in the diff of ${edit.id} in state/log/edits.ndjson`]
          : [];
      return {
        rule: 'lines-lost',
        key: edit.id,
        fixed: true as const,
        headline: `lines lost: put back what is still true of the ${lines.length} lines that ${who} took out of the loader`,
        evidence: [
          `edit ${edit.id} of ${edit.ts}, ${edit.before ?? 'nothing'} -> ${edit.after ?? 'nothing'}: ${lines.length} lines gone`,
        ],
        todo: [
          'Put back those that are still true:',
          '',
          '```',
          ...lines.slice(0, listed).map((line) => line.slice(0, 400)),
          '```',
          ...more,
          '',
          `Where they were meant to go, say so: snappy log ${state.skill} "removed: <why>" --fixed`,
        ].join('\n'),
      };
    }),
};
