import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../seed/state/lib/finding.ts';
import type { ActionKind } from '../../../seed/state/lib/log.ts';
import type { FirstSeen } from './first-seen.ts';
import { planBriefs } from './plan.ts';
import type { BriefPlan } from './plan.ts';
import type { OpenBrief } from './queue.ts';
import type { SkillState } from './rule.ts';
import { ago, loaderEdit, rowsOf, stateWith, testNow } from './test-state.ts';

const finding: Finding = { rule: 'link', path: 'state/skills/tool/SKILL.md', line: 1, message: 'leads nowhere' };
const grown = { loader: 'x\n'.repeat(600) };
const gap = '[2026-11-21T11:00:00Z] tool: needs --all [LOGGED]';

const plan = (
  more: Partial<SkillState>,
  input: { seen?: FirstSeen; open?: OpenBrief[]; maxOpen?: number } = {},
): BriefPlan => planBriefs(stateWith(more), { seen: {}, open: [], maxOpen: 4, ...input });
const rulesOf = ({ briefs }: BriefPlan): unknown =>
  Object.fromEntries(briefs.map(({ kind, reasons }) => [kind, reasons.map(({ rule }) => rule)]));

function openBrief(kind: ActionKind, isOurs: boolean): OpenBrief {
  return { skill: 'tool', kind, path: `x/${kind}.md`, isOurs, brief: undefined, headline: '' };
}

describe('the briefs of one skill', () => {
  test('are grouped by the kind of their answer, the most urgent reason first', () => {
    const state = {
      ...grown,
      edits: [loaderEdit(ago(60))],
      findings: [finding],
      feedback: rowsOf(gap),
      conflicts: [{ path: 'state/regen/conflicts/tool/m.md', text: '- a\n' }],
      credentials: [{ place: 'p', kind: 'github', key: 'k' }],
    };
    expect(rulesOf(plan(state))).toEqual({
      'shape-ok': ['shape'],
      'loader-rewritten': ['conflict', 'credential', 'gap-logged', 'growth'],
    });
  });

  test('are no more than may be open; those with the most urgent reasons stay', () => {
    const state = { edits: [loaderEdit(ago(60))], findings: [finding], feedback: rowsOf(gap) };
    expect(rulesOf(plan(state, { maxOpen: 1 }))).toEqual({ 'loader-rewritten': ['gap-logged'] });
    expect(rulesOf(plan({ ...state, feedback: [] }, { maxOpen: 1 }))).toEqual({ 'shape-ok': ['shape'] });
  });

  test('leave alone what a person has written, which counts as open', () => {
    const state = { edits: [loaderEdit(ago(60))], findings: [finding], feedback: rowsOf(gap) };
    const open = [openBrief('loader-rewritten', false)];
    expect(rulesOf(plan(state, { open }))).toEqual({ 'shape-ok': ['shape'] });
    expect(rulesOf(plan(state, { open, maxOpen: 1 }))).toEqual({});
  });

  test('are of bounded length, with the most urgent reasons', () => {
    const text = Array.from({ length: 10 }, (_, line) => `- ${line} ${'x'.repeat(600)}`).join('\n');
    const conflicts = Array.from({ length: 20 }, (_, file) => ({
      path: `state/regen/conflicts/tool/${file}.md`,
      text,
    }));
    const [brief] = plan({ conflicts, feedback: rowsOf(gap) }).briefs;
    expect(brief?.reasons[0]?.evidence[0]).toContain('tool/0.md');
    expect(brief?.reasons.length).toBeGreaterThan(5);
    expect(JSON.stringify(brief).length).toBeLessThan(62_000);
  });

  test('are none where there is nothing to do', () => {
    expect(plan({})).toEqual({ briefs: [], seen: {} });
  });
});

describe('what is in the text', () => {
  const first = plan(grown);
  const later = testNow + 3_600_000;
  const after = (minutes: number): string => new Date(testNow + minutes * 60_000).toISOString();
  const row = (minutes: number, what = 'done'): string =>
    `[${after(minutes)}] tool: ${what} [FIXED] action_kind=loader-rewritten`;
  const next = (more: Partial<SkillState>): unknown =>
    rulesOf(plan({ ...grown, now: later, ...more }, { seen: first.seen }));
  const open = { 'loader-rewritten': ['growth'] };

  test('is not answered by the row of the edit that made it so', () => {
    expect(rulesOf(plan({ ...grown, feedback: rowsOf(row(-1)) }))).toEqual(open);
    expect(rulesOf(plan({ ...grown, feedback: rowsOf(row(0)) }))).toEqual(open);
  });

  test('is not answered by a row of the same second that was there before it was seen', () => {
    for (const time of ['12:00:00Z', '12:00:00.300Z']) {
      const feedback = rowsOf(`[2026-11-21T${time}] tool: done [FIXED] action_kind=loader-rewritten`);
      const sight = plan({ ...grown, now: testNow + 500, feedback });
      expect(rulesOf(sight)).toEqual(open);
      expect(rulesOf(plan({ ...grown, now: later, feedback }, { seen: sight.seen }))).toEqual(open);
    }
  });

  test('is answered by a row that came after it was seen', () => {
    const soon = '[2026-11-21T12:00:00.600Z] tool: done [FIXED] action_kind=loader-rewritten';
    expect(next({ feedback: rowsOf(soon) })).toEqual({});
    expect(next({ feedback: rowsOf(row(1)) })).toEqual({});
    expect(next({ feedback: rowsOf(row(-1)) })).toEqual(open);
  });

  test('is asked about anew when it was called fixed and is there after another edit', () => {
    expect(next({ feedback: rowsOf(row(1)), edits: [loaderEdit(after(5))] })).toEqual(open);
    expect(next({ feedback: rowsOf(row(1)), edits: [loaderEdit(after(0))] })).toEqual({});
    expect(next({ feedback: rowsOf(row(1)), edits: [loaderEdit(after(600))] })).toEqual({});
  });

  test('is left as it is, edits or not, when a row says that it is kept', () => {
    expect(next({ feedback: rowsOf(row(1, 'kept: all of it is needed')), edits: [loaderEdit(after(5))] })).toEqual({});
    expect(next({ feedback: rowsOf(row(1, 'I kept on')), edits: [loaderEdit(after(5))] })).toEqual(open);
  });

  test('may not be kept where it is a credential', () => {
    const credentials = [{ place: 'p', kind: 'github', key: 'k' }];
    const seen = plan({ credentials }).seen;
    const kept = { credentials, now: later, feedback: rowsOf(row(1, 'kept: an example')) };
    expect(rulesOf(plan(kept, { seen }))).toEqual({});
    expect(rulesOf(plan({ ...kept, edits: [loaderEdit(after(5))] }, { seen }))).toEqual({
      'loader-rewritten': ['credential'],
    });
  });

  test('keeps the time of its first sight, and says it', () => {
    const again = plan({ ...grown, now: later }, { seen: first.seen });
    expect(again.seen).toEqual(first.seen);
    expect(again.briefs[0]).toMatchObject({ opened: ago(0), reasons: [{ since: ago(0) }] });
  });

  test('of which the first sight is in the future was seen by a clock that was wrong', () => {
    const ahead = plan({ ...grown, now: testNow + 10 * 365 * 86_400_000 });
    const now = plan({ ...grown }, { seen: ahead.seen });
    expect(now.briefs[0]?.opened).toBe(ago(0));
    const answered = plan({ ...grown, now: later, feedback: rowsOf(row(1)) }, { seen: now.seen });
    expect(answered.briefs).toEqual([]);
  });
});

test('a gap whose row has a time in the future is answered from when it was first seen', () => {
  const future = '[2030-01-01T00:00:00Z] tool: needs --all [LOGGED]';
  const fix = '[2026-11-21T12:30:00Z] tool: done [FIXED] action_kind=loader-rewritten';
  const first = plan({ feedback: rowsOf(future) });
  expect(first.briefs).toHaveLength(1);
  const next = plan({ feedback: rowsOf(future, fix), now: testNow + 3_600_000 }, { seen: first.seen });
  expect(next.briefs).toEqual([]);
});

test('a brief keeps the time it was opened at when its reasons change', () => {
  const opened = ago(600);
  const standing = {
    ...openBrief('loader-rewritten', true),
    brief: { skill: 'tool', kind: 'loader-rewritten', opened, reasons: [] },
  } as const;
  expect(plan({ feedback: rowsOf(gap) }, { open: [standing] }).briefs[0]?.opened).toBe(opened);
});
