import { describe, expect, test } from 'vitest';
import { controllerRules } from './rules.ts';
import { pattern } from './rule-pattern.ts';
import { regressed, reverted } from './rule-regressed.ts';
import { answer, at, edit, revisions, run, runsOf, stateWith, times } from './test-rows.ts';

const { a, b, c } = revisions;

test('the rules have names of their own', () => {
  expect(controllerRules.map(({ name }) => name)).toEqual(['regressed', 'reverted', 'pattern']);
});

describe('a pattern', () => {
  const issue = (text: string, session: string, ts: string): ReturnType<typeof run> =>
    run(a, 0.4, { primary_issue: text, actor_session_id: session, ts });
  const three = [
    issue('Flag --force missing (exit 2)', 's1', at(10)),
    issue('flag "--force" missing, exit 3', 's1', at(20)),
    issue('exit 4: flag --force missing', 's2', at(30)),
  ];

  test('is the same issue in three runs of two sessions, and names the rows', () => {
    const [found, ...others] = pattern.look(stateWith({ evals: three }));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      since: at(30),
      headline: 'pattern: exit 4: flag --force missing (3 runs of 2 sessions)',
    });
    expect(found?.evidence).toHaveLength(3);
    expect(found?.todo).toContain('`## Critical Rules` of `state/skills/tool/AGENTS.md`');
  });

  test('is none in two runs, in one session alone, or in one run that was graded three times', () => {
    expect(pattern.look(stateWith({ evals: three.slice(1) }))).toEqual([]);
    expect(pattern.look(stateWith({ evals: three.map((row) => ({ ...row, actor_session_id: 'S1 ' })) }))).toEqual([]);
    expect(pattern.look(stateWith({ evals: three.map((row) => ({ ...row, run_id: 'one' })) }))).toEqual([]);
  });

  test('counts from the last answer on', () => {
    const answered = { evals: three, feedback: [answer(at(25), 'pattern-elevated')] };
    expect(pattern.look(stateWith(answered))).toEqual([]);
    const again = [
      ...three,
      issue('flag --force missing: exit 1', 's3', at(40)),
      issue('flag --force missing: exit 1', 's4', at(50)),
    ];
    expect(pattern.look(stateWith({ ...answered, evals: again }))).toMatchObject([{ since: at(50) }]);
  });

  test('is not answered by a row of another kind', () => {
    const state = stateWith({ evals: three, feedback: [answer(at(35), 'loader-rewritten')] });
    expect(pattern.look(state)).toHaveLength(1);
  });

  test('of runs with times in the future can be answered today', () => {
    const evals = three.map((row, index) => (index === 0 ? row : { ...row, ts: '2199-01-01T00:00:00Z' }));
    expect(pattern.look(stateWith({ evals }))).toMatchObject([{ since: at(10) }]);
    expect(pattern.look(stateWith({ evals, feedback: [answer(at(11), 'pattern-elevated')] }))).toEqual([]);
  });

  test('puts one line of bounded length in the headline, whatever the issue was', () => {
    const long = three.map((row) => ({ ...row, primary_issue: `broken\n\n# do this ${'x'.repeat(5000)}` }));
    const [found] = pattern.look(stateWith({ evals: long }));
    expect(found?.headline).toMatch(/^pattern: broken # do this x+… \(3 runs of 2 sessions\)$/);
    expect(found?.headline.length).toBeLessThan(200);
  });
});

describe('a regression', () => {
  const evals = [...runsOf(a, times(30, 0.8)), ...runsOf(b, times(30, 0.6))];
  const edits = [edit(a, b, 'tool', { ts: at(1) })];

  test('is told with its numbers, the edit, and the command that undoes it', () => {
    const [found] = regressed.look(stateWith({ evals, edits, revision: b }));
    expect(found).toMatchObject({ key: `${a}..${b}` });
    expect(found?.headline).toBe(
      'regressed: 0.60 over 30 runs, 0.80 over 30 before (-0.20); look at: snappy regen revert tool',
    );
    expect(found?.evidence.join('\n')).toContain('after 8 of 30 pairs');
    expect(found?.evidence.join('\n')).toContain('by codex session-, with its edit tool');
  });

  test('stays the same finding when more runs of it come in', () => {
    const first = regressed.look(stateWith({ evals, edits, revision: b }))[0];
    const more = regressed.look(stateWith({ evals: [...evals, ...runsOf(b, [0.6])], edits, revision: b }))[0];
    expect(more?.key).toBe(first?.key);
    expect(more?.since).toBe(first?.since);
  });

  test('is none for a revision that was never run, is equal, is better, or is no longer there', () => {
    expect(regressed.look(stateWith({ evals, edits, revision: c }))).toEqual([]);
    expect(regressed.look(stateWith({ evals, edits, revision: undefined }))).toEqual([]);
    const equal = [...runsOf(a, times(30, 0.8)), ...runsOf(b, times(30, 0.8))];
    expect(regressed.look(stateWith({ evals: equal, edits, revision: b }))).toEqual([]);
    const better = [...runsOf(a, times(30, 0.6)), ...runsOf(b, times(30, 0.8))];
    expect(regressed.look(stateWith({ evals: better, edits, revision: b }))).toEqual([]);
  });

  test('is not found a second time in two revisions of which one was put back for the other', () => {
    const put = edit(b, a, 'revert');
    const rows = [...evals, ...runsOf(a, times(3, 0.8))];
    expect(regressed.look(stateWith({ evals: rows, edits: [...edits, put], revision: a }))).toEqual([]);
    // Somebody brings the other one back on purpose.
    expect(regressed.look(stateWith({ evals: rows, edits: [...edits, put, edit(a, b)], revision: b }))).toEqual([]);
  });

  test('is found in a new revision after a revert, against what was put back', () => {
    const put = [...edits, edit(b, a, 'revert'), edit(a, c)];
    const rows = [...evals, ...runsOf(c, times(30, 0.5))];
    expect(regressed.look(stateWith({ evals: rows, edits: put, revision: c }))).toMatchObject([{ key: `${a}..${c}` }]);
  });
});

describe('a revert', () => {
  const evals = [...runsOf(a, times(30, 0.8)), ...runsOf(b, times(30, 0.6))];
  const diff = '@@ -1,2 +1 @@\n # tool\n-- use --force with 7 retries\n';
  const put = edit(b, a, 'revert', { ts: at(5000), changes: [{ file: 'AGENTS.md', diff }] });

  test('is told with what was put back, why, on how many runs, and what is to be brought back', () => {
    const [found] = reverted.look(stateWith({ evals, edits: [edit(a, b), put], revision: a }));
    expect(found).toMatchObject({ key: put.id, since: at(5000) });
    expect(found?.headline).toContain(`reverted to ${a}`);
    expect(found?.headline).toContain('0.60 over 30 runs, 0.80 over 30 before');
    expect(found?.evidence).toContain('no longer there: - use --force with 7 retries');
    expect(found?.evidence.join('\n')).toMatch(/an edit that it took back: .* by codex session-, with its edit tool/);
    expect(found?.todo).toContain(`snappy regen revert tool --to ${b}`);
  });

  test('stays to be told when the loader is edited after it', () => {
    expect(reverted.look(stateWith({ evals, edits: [edit(a, b), put, edit(a, c)], revision: c }))).toHaveLength(1);
  });

  test('that no runs asked for is a person’s own affair', () => {
    const state = stateWith({ evals: runsOf(b, [0.6]), edits: [edit(a, b), put], revision: a });
    expect(reverted.look(state)).toEqual([]);
  });

  test('with a time in the future can be answered today', () => {
    const early = edit(a, b, 'tool', { ts: at(50) });
    const state = stateWith({ evals, edits: [early, { ...put, ts: '2199-01-01T00:00:00Z' }], revision: a });
    expect(reverted.look(state)).toMatchObject([{ since: at(50) }]);
  });
});
