import type { EvalRow } from '../../../seed/state/lib/eval.ts';
import { isAnswer } from '../../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import type { Found, Rule, SkillState } from '../briefs/rule.ts';
import { issueKey } from './issue-key.ts';
import { countedRuns } from './run-pairs.ts';
import { latest, settledTimes } from './settled-times.ts';

const leastRuns = 3;
const leastSessions = 2;
/** Rows that a brief names; the count says how many there are. */
const shownRows = 5;

/** One graded run with an issue, and a time that can be answered. */
interface Sighting {
  readonly row: EvalRow;
  readonly issue: string;
  readonly ts: string;
}

function oneLine(text: string, most: number): string {
  const characters = [...text.replace(/\s+/g, ' ').trim()];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}

/** The runs with an issue that no answer has come to yet, by what the issue is. */
function openIssues({ skill, evals, feedback, now }: SkillState): Map<string, Sighting[]> {
  const rows = countedRuns(evals);
  const times = settledTimes(rows, now);
  // What an answer comes to, a later one comes to as well: the last one is enough.
  const last = feedback
    .filter(({ actionKind, ts }) => actionKind === 'pattern-elevated' && Date.parse(ts) <= now)
    .reduce<FeedbackRow | undefined>(
      (best, row) => (best !== undefined && Date.parse(best.ts) > Date.parse(row.ts) ? best : row),
      undefined,
    );
  const found = new Map<string, Sighting[]>();
  for (const [at, row] of rows.entries()) {
    const issue = row.primary_issue ?? '';
    const key = issueKey(issue);
    const ts = times[at] ?? row.ts;
    const question = { skill, kind: 'pattern-elevated', since: ts } as const;
    if (key === '' || (last !== undefined && isAnswer(last, question, now))) continue;
    const same = found.get(key);
    if (same === undefined) found.set(key, [{ row, issue, ts }]);
    else same.push({ row, issue, ts });
  }
  return found;
}

function foundOf(key: string, sightings: readonly Sighting[], sessions: number, loaderPath: string): Found {
  const issue = oneLine(sightings.at(-1)?.issue ?? '', 120);
  return {
    rule: 'pattern',
    key,
    since: latest(sightings.map(({ ts }) => ts)),
    headline: `pattern: ${issue} (${sightings.length} runs of ${sessions} sessions)`,
    evidence: sightings
      .slice(-shownRows)
      .map(
        ({ row, issue: said }) =>
          `${row.ts} run ${oneLine(row.run_id, 24)}, score ${row.score.toFixed(2)}, graded by ${oneLine(row.auditor_session_id, 40)}: ${oneLine(said, 120)}`,
      ),
    todo: [
      `The same thing has gone wrong in ${sightings.length} runs of ${sessions} sessions, so one repair for one case was not enough.`,
      `Write one line into \`## Critical Rules\` of \`${loaderPath}\` (make the section if there is none) that would have kept all of these runs from it:`,
      'what to do, not only what to leave. Then note it: FIXED, `action_kind=pattern-elevated`.',
    ].join('\n'),
  };
}

/** What went wrong in three runs of two sessions is no slip of one agent: it belongs into the loader's first rules. */
export const pattern: Rule = {
  name: 'pattern',
  says: 'the same main issue in 3 or more graded runs of 2 or more sessions, since the last time one was made a rule',
  kind: 'pattern-elevated',
  look(state) {
    return [...openIssues(state)].flatMap(([key, sightings]) => {
      const sessions = new Set(sightings.map(({ row }) => row.actor_session_id.trim().toLowerCase()));
      sessions.delete('');
      const isPattern = sightings.length >= leastRuns && sessions.size >= leastSessions;
      return isPattern ? [foundOf(key, sightings, sessions.size, state.loaderPath)] : [];
    });
  },
};
