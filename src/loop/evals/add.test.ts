import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EvalRowDraft } from '../../../seed/state/lib/eval.ts';
import { skillRevision } from '../../../seed/state/lib/revision.ts';
import { SnappyError } from '../../core/errors.ts';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { makeTestTree } from '../../skills/test-tree.ts';
import { appendEval, prepareEval } from './add.ts';
import { readEvals } from './read-evals.ts';

const tree = makeTestTree({ 'state/skills/ship-it/SKILL.md': '---\nname: ship-it\n---\n' });
afterAll(() => tree.remove());

const now = new Date('2026-11-21T10:00:00Z');
const draft = { skill: 'ship-it', score: 0.8, actor_session_id: 'a', auditor_session_id: 'b', runtime: 'codex' };
const add = async (change: EvalRowDraft = {}): Promise<void> =>
  appendEval(realSystem(), tree.dir, await prepareEval(tree.dir, { ...draft, ...change }, now));
const held = (): string => (fs.existsSync(path.join(tree.dir, layout.evals)) ? tree.read(layout.evals) : '');

/** The error of a row that is refused; nothing may have been written, not even a machine id. */
async function refusal(change: EvalRowDraft): Promise<SnappyError> {
  const before = tree.files();
  const error: unknown = await add(change).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(tree.files()).toEqual(before);
  if (!(error instanceof SnappyError)) throw new Error('it was not refused', { cause: error });
  return error;
}

describe('a graded run', () => {
  test.each([
    [{ auditor_session_id: 'A ' }, 'refused', 'actor and auditor are the same session'],
    [{ auditor_session_id: undefined }, 'usage', 'auditor_session_id is missing'],
    [{ actor_session_id: '' }, 'usage', 'actor_session_id is missing'],
    [{ score: 1.01 }, 'usage', 'score is not a number from 0 to 1'],
    [{ score: NaN }, 'usage', 'score is not a number from 0 to 1'],
    [{ verdict: 'good' }, 'usage', 'the key "verdict" is none of ts, skill'],
    [{ primary_issue: 'a\u001b[2Jb' }, 'usage', 'primary_issue has a line break or another character'],
    [{ skill: 'ship-ti' }, 'usage', 'there is no skill "ship-ti"'],
    [{ skill: '../../etc' }, 'usage', 'there is no skill "../../etc"'],
    [{ skill: undefined }, 'usage', 'skill is not a name'],
  ] as const)('with %j is refused (%s), and nothing is written', async (change, code, message) => {
    const error = await refusal(change);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });

  test.each(['primary_issue', 'artifact', 'run_id'])(
    'with a credential in its %s names the place, never the secret',
    async (key) => {
      const secret = `ghp_${'0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, 36)}`;
      const error = await refusal({ [key]: `used ${secret} there` });
      expect(error).toMatchObject({ code: 'refused' });
      expect(error.message).toContain(`${key} holds a credential (github) at character 6`);
      expect(`${error.message}${error.hint}`).not.toContain(secret);
    },
  );

  test('is one line with its defaults, and read back', async () => {
    await add({ cost_usd: 0.02 });
    expect(readEvals(tree.dir)).toEqual({
      rows: [
        {
          ...draft,
          ts: now.toISOString(),
          rev_id: skillRevision(tree.dir, 'ship-it'),
          run_id: expect.any(String) as string,
          ok: true,
          machine_id: tree.read(layout.machineId).trim(),
          eval_mode: 'manual',
          cost_usd: 0.02,
        },
      ],
      skipped: 0,
    });
  });

  test('of a skill that is gone is taken where it has runs, with the revision said', async () => {
    fs.renameSync(path.join(tree.dir, 'state/skills/ship-it'), path.join(tree.dir, 'ship-it'));
    try {
      expect((await refusal({})).message).toContain('rev_id is missing');
      await add({ rev_id: '0123456789ab' });
      expect(readEvals(tree.dir, 'ship-it').rows).toHaveLength(2);
    } finally {
      fs.renameSync(path.join(tree.dir, 'ship-it'), path.join(tree.dir, 'state/skills/ship-it'));
    }
  });

  test('begins a line of its own after one that a crash has torn', async () => {
    fs.appendFileSync(path.join(tree.dir, layout.evals), '{"ts":"2026-11-');
    const { rows } = readEvals(tree.dir);
    await add();
    expect(readEvals(tree.dir)).toMatchObject({ skipped: 1 });
    expect(readEvals(tree.dir).rows).toHaveLength(rows.length + 1);
  });

  test('that the disk does not take is told in words', async () => {
    const before = held();
    const file = path.join(tree.dir, layout.evals);
    fs.renameSync(file, `${file}.aside`);
    fs.mkdirSync(file);
    await expect(add()).rejects.toMatchObject({
      code: 'failure',
      message: expect.stringContaining('folder') as string,
    });
    fs.rmdirSync(file);
    fs.renameSync(`${file}.aside`, file);
    expect(held()).toBe(before);
  });
});

test('of a very long log the last runs are read, and a line that begins before them does not count', () => {
  const row = JSON.stringify({
    ...draft,
    ts: '2026-11-21T10:00:00Z',
    rev_id: '0123456789ab',
    run_id: 'r',
    ok: true,
    machine_id: 'm',
    eval_mode: 'manual',
  });
  fs.writeFileSync(path.join(tree.dir, layout.evals), `${'x'.repeat(5 * 1024 * 1024)}\n`);
  fs.appendFileSync(path.join(tree.dir, layout.evals), `${row}\n`.repeat(3));
  expect(readEvals(tree.dir)).toMatchObject({ skipped: 0, rows: [{}, {}, {}] });
});
