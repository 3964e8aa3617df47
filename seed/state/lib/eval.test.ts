import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { checkEvalRow, checkNewEvalRow, formatEvalRow, logEval, readEvalRow } from './eval.ts';
import { skillRevision } from './revision.ts';
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
    // A letter of another width looks the same, and is the same party.
    expect(checkEvalRow({ ...row, auditor_session_id: 's\uff11' })).toEqual(['actor and auditor are the same session']);
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

describe('a row that is written today', () => {
  test.each([
    [{ verb: 'ship-it' }, 'the key "verb" is none of ts, skill, rev_id,'],
    [{ ts: '2026-11-21T10:00:00+02:00' }, 'ts is not a UTC time'],
    [{ ts: '2026-11-21' }, 'ts is not an ISO time'],
    [{ eval_mode: 'guess' }, 'eval_mode is none of manual, auto, deterministic'],
    [{ primary_issue: 'a\nb' }, 'primary_issue has a line break'],
    [{ auditor_session_id: 's1\u200b' }, 'auditor_session_id has a line break or another character that is not shown'],
    [{ primary_issue: 'x'.repeat(301) }, 'primary_issue has 301 characters; at most 300'],
    [{ skill: 'x'.repeat(129) }, 'skill has 129 characters; at most 128'],
    [{ score: -0.001 }, 'score is not a number from 0 to 1'],
    [{ score: '0.5' }, 'score is not a number from 0 to 1'],
  ])('is refused with %j', (change, problem) => {
    expect(checkNewEvalRow({ ...row, ...change }).join('\n')).toContain(problem);
    expect(() => formatEvalRow({ ...row, ...change } as unknown as EvalRow)).toThrow('not an eval row');
  });

  test('whatever is offered is refused in words or read back the same', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(row)), fc.double());
    const draft = fc.record(Object.fromEntries(Object.keys(row).map((key) => [key, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(
        fc.oneof(
          draft,
          draft.map((some) => ({ ...row, ...some })),
        ),
        (offered) => {
          if (checkNewEvalRow(offered).length > 0) return;
          const line = formatEvalRow(offered as unknown as EvalRow);
          expect(line).not.toMatch(/[\r\n]/);
          expect(readEvalRow(JSON.parse(line) as Record<string, unknown>)).toEqual(offered);
        },
      ),
    );
  });
});

describe('logEval', () => {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-eval-'));
  afterAll(() => fs.rmSync(tree, { recursive: true }));
  const file = path.join(tree, 'state/log/evals.ndjson');
  const lay = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
    fs.writeFileSync(path.join(tree, name), text);
  };
  lay('state/skills/ship-it/SKILL.md', 'one');
  lay('state/log/.machine_id', 'abcdef012345\n');
  const { actor_session_id, auditor_session_id, runtime, score, skill } = row;
  const short = { skill, score, actor_session_id, auditor_session_id, runtime };

  test('writes one line with what was left out filled in', () => {
    const written = logEval(short, { tree, now: new Date(row.ts) });
    expect(written).toEqual({
      ...row,
      ts: '2026-11-21T10:00:00.000Z',
      rev_id: skillRevision(tree, 'ship-it'),
      run_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    expect(lines).toEqual([JSON.stringify(written), '']);
    expect(Object.keys(written)[0]).toBe('ts');
  });

  test('writes nothing of a row that is refused, and says all that is wrong', () => {
    const before = fs.readFileSync(file, 'utf8');
    const bad = { ...short, skill: 'gone', score: 2, auditor_session_id: 's1' };
    expect(() => logEval(bad, { tree })).toThrow(
      /score is not a number from 0 to 1; .*rev_id is missing; .*actor and auditor are the same session/,
    );
    expect(fs.readFileSync(file, 'utf8')).toBe(before);
  });
});
