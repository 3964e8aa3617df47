import type { Brief, BriefReason } from '../../../seed/state/lib/brief.ts';
import { isAnswer } from '../../../seed/state/lib/log.ts';
import type { ActionKind } from '../../../seed/state/lib/log.ts';
import { foundId, questionOf, seeFound } from './first-seen.ts';
import type { FirstSeen } from './first-seen.ts';
import type { OpenBrief } from './queue.ts';
import type { Found, SkillState } from './rule.ts';
import { briefRules } from './rules.ts';

/** The briefs that should be open for one skill, and when what they ask for was first seen. */
export interface BriefPlan {
  readonly briefs: readonly Brief[];
  readonly seen: FirstSeen;
}

/** What is known before a plan is made. */
export interface PlanInput {
  /** The open briefs of the skill. */
  readonly open: readonly OpenBrief[];
  readonly seen: FirstSeen;
  /** How many briefs may be open at once. */
  readonly maxOpen: number;
}

/** Reasons of one kind are one brief: as many as a page or two hold. What they rest on may be a log line of any length. */
const maxReasons = 20;
const maxLength = 60_000;
const longest = { key: 1000, headline: 500, row: 500, rows: 12, todo: 10_000 } as const;

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function bounded(reason: BriefReason): BriefReason {
  return {
    ...reason,
    key: cut(reason.key, longest.key),
    headline: cut(reason.headline, longest.headline),
    evidence: reason.evidence.slice(0, longest.rows).map((row) => cut(row, longest.row)),
    todo: cut(reason.todo, longest.todo),
  };
}

/** The first of the reasons, one at least, that fit into a brief together. */
function fitting(reasons: readonly BriefReason[]): BriefReason[] {
  let length = 0;
  return reasons
    .slice(0, maxReasons)
    .map(bounded)
    .filter((reason, at) => {
      length += JSON.stringify(reason).length;
      return at === 0 || length <= maxLength;
    });
}

/**
 * The moment from which answers count. Rows say it themselves, unless their clock was ahead: what was seen was there by
 * then. What is in the text waits from when it was first seen.
 */
function waitsSince(found: Found, firstSeen: string): string {
  if (found.since === undefined) return firstSeen;
  return Date.parse(found.since) <= Date.parse(firstSeen) ? found.since : firstSeen;
}

/** The time a brief has had since it was opened, or the first time that one of its reasons was seen. */
function openedAt(reasons: readonly string[], standing: Brief | undefined, now: number): string {
  const before = standing === undefined || !(Date.parse(standing.opened) <= now + 1000) ? [] : [standing.opened];
  return [...before, ...reasons].toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? new Date(now).toISOString();
}

/**
 * Looks at a skill by all rules and holds what they find against the answers. What is left is grouped by the kind of answer
 * it waits for; the kinds with the most urgent reasons come first, and a person's own briefs count among those that may be
 * open. Pure.
 */
export function planBriefs(state: SkillState, { open, seen: known, maxOpen }: PlanInput): BriefPlan {
  const { skill, feedback, now } = state;
  const found = briefRules.flatMap((rule) => rule.look(state).map((one) => ({ one, kind: rule.kind })));
  const seen = seeFound(found, known, state);
  const byKind = new Map<ActionKind, BriefReason[]>();
  for (const { one, kind } of found) {
    const since = waitsSince(one, seen[foundId(one)] ?? new Date(now).toISOString());
    const question = questionOf(one, { skill, kind, since });
    if (feedback.some((row) => isAnswer(row, question, now))) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), { ...one, since }]);
  }
  const foreign = new Set(open.filter(({ isOurs }) => !isOurs).map(({ kind }) => kind));
  const kinds = [...byKind].filter(([kind]) => !foreign.has(kind)).slice(0, Math.max(0, maxOpen - foreign.size));
  const briefs = kinds
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, reasons]) => {
      const standing = open.find((one) => one.kind === kind)?.brief;
      const times = reasons.map((reason) => seen[foundId(reason)] ?? reason.since);
      return { skill, kind, opened: openedAt(times, standing, now), reasons: fitting(reasons) };
    });
  return { briefs, seen };
}
