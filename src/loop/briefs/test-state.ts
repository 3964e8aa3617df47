import { editId } from '../../../seed/state/lib/edit.ts';
import type { EditRow } from '../../../seed/state/lib/edit.ts';
import { parseFeedbackRow } from '../../../seed/state/lib/log.ts';
import type { FeedbackRow } from '../../../seed/state/lib/log.ts';
import { inOrder } from './feedback.ts';
import type { SkillState } from './rule.ts';

/** The moment at which tests look, and a time some minutes before it. */
export const testNow = Date.parse('2026-11-21T12:00:00.000Z');
export const ago = (minutes: number): string => new Date(testNow - minutes * 60_000).toISOString();

/** Feedback rows as they stand in the log. */
export function rowsOf(...lines: readonly string[]): FeedbackRow[] {
  const rows = lines.map((line) => {
    const row = parseFeedbackRow(line);
    if (row === undefined) throw new Error(`no feedback row: ${line}`);
    return row;
  });
  return inOrder(rows);
}

/** An edit of the loader of `tool` that takes lines away and adds others. */
export function loaderEdit(
  ts: string,
  { removed = [], added = [] }: { readonly removed?: readonly string[]; readonly added?: readonly string[] } = {},
  more: Partial<EditRow> = {},
): EditRow {
  const identity = { ts, skill: 'tool', machine_id: '0123456789ab', before: 'aaaaaaaaaaaa', after: 'bbbbbbbbbbbb' };
  const diff = ['@@ -1,9 +1,9 @@', ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)].join('\n');
  return {
    _v: 1,
    ...identity,
    id: editId(identity),
    runtime: 'codex',
    session: 's',
    how: 'tool',
    changes: [{ file: 'AGENTS.md', diff }],
    ...more,
  };
}

/** A skill `tool` with a short loader, of which nothing is known but what the test says. */
export function stateWith(more: Partial<SkillState> = {}): SkillState {
  return {
    skill: 'tool',
    loader: '# tool\n\n- Run it with `--quiet`.\n',
    loaderPath: 'state/skills/tool/AGENTS.md',
    footerLength: 500,
    revision: undefined,
    edits: [],
    evals: [],
    feedback: [],
    findings: [],
    conflicts: [],
    credentials: [],
    now: testNow,
    ...more,
  };
}
