import { describe, expect, test } from 'vitest';
import { checkEvalRow, formatEvalRow, readEvalRow } from './eval.ts';
import type { EvalRow } from './eval.ts';

const row: EvalRow = {
  ts: '2026-11-21T10:00:00Z',
  skill: 'ship-it',
  rev_id: '0123456789ab',
  run_id: 'r1',
  score: 0.8,
  ok: true,
  actor_session_id: 's1',
  auditor_session_id: 's2',
  runtime: 'claude-code',
  machine_id: 'abcdef012345',
  eval_mode: 'manual',
};

describe('an eval row', () => {
  test('is written as one line and read back the same', () => {
    const full = { ...row, primary_issue: 'slow', artifact: 'out.md', cost_usd: 0.02 };
    expect(readEvalRow(JSON.parse(formatEvalRow(full)) as Record<string, unknown>)).toEqual(full);
  });

  test('is refused when the auditor is the actor, in any case, or is missing', () => {
    expect(checkEvalRow({ ...row, auditor_session_id: ' S1' })).toEqual(['actor and auditor are the same session']);
    expect(checkEvalRow({ ...row, auditor_session_id: '' })).toEqual(['auditor_session_id is missing']);
    expect(checkEvalRow({ ...row, actor_session_id: undefined })).toEqual(['actor_session_id is missing']);
    expect(() => formatEvalRow({ ...row, auditor_session_id: 's1' })).toThrow('actor and auditor are the same session');
  });

  test('from before the rule needs only a time, a skill and a score, and may call the skill its verb', () => {
    const old = { ts: '2026-04-20T17:59:59Z', verb: 'ship-it', score: 1 };
    expect(checkEvalRow(old)).toEqual([]);
    expect(readEvalRow(old)).toMatchObject({ skill: 'ship-it', ok: true, actor_session_id: '' });
    expect(checkEvalRow({ ...old, ts: '2026-04-20T18:00:00Z' })).toContain('auditor_session_id is missing');
    expect(() => formatEvalRow({ ...row, ts: '2026-04-20T17:59:59Z' })).toThrow('older');
  });

  test.each([
    [{ ts: 'today' }, 'ts is not an ISO time'],
    [{ skill: '' }, 'skill is not a name'],
    [{ score: 1.1 }, 'score is not a number from 0 to 1'],
    [{ score: NaN }, 'score is not a number from 0 to 1'],
    [{ ok: 1 }, 'ok is not true or false'],
    [{ rev_id: 'short' }, 'rev_id is not 12 hex digits'],
    [{ artifact: 3 }, 'artifact is not text'],
    [{ cost_usd: -1 }, 'cost_usd is not an amount'],
  ])('%j is a problem', (change, problem) => {
    expect(checkEvalRow({ ...row, ...change })).toEqual([problem]);
    expect(readEvalRow({ ...row, ...change })).toBeUndefined();
  });
});
