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

/** Reasons of one kind are one brief; more than these say nothing that the first ones do not. */
const maxReasons = 20;

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
      return { skill, kind, opened: openedAt(times, standing, now), reasons: reasons.slice(0, maxReasons) };
    });
  return { briefs, seen };
}
