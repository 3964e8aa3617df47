import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runHook } from '../src/hook/run.ts';
import { builtProgram, makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
const tree = path.join(scene.dir, 'tree');
const evals = path.join(tree, 'state/log/evals.ndjson');
const who = ['--actor', 'a-1', '--auditor', 'b-1', '--runtime', 'codex', '--tree', tree];
const add = (...args: string[]): Ended => scene.snappy('eval', 'add', ...args, '--tree', tree);
const rows = (): Record<string, unknown>[] =>
  fs
    .readFileSync(evals, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(() => scene.snappy('init', 'tree'));

describe('a graded run', () => {
  test('is noted, told by the hook on the skill’s turn, and shown with how many runs each figure rests on', () => {
    for (const score of ['0.25', '.5', '1'])
      expect(scene.snappy('eval', 'add', 'skill', '--score', score, '--issue', 'slow', ...who).status).toBe(0);
    const { stdout } = runHook(tree, 'prompt', { hook_event_name: 'UserPromptSubmit', prompt: 'write a new skill' });
    expect(stdout).toContain('Last eval of `skill`');
    const tail = scene.snappy('eval', 'tail', 'skill', '--tree', tree).stdout;
    expect(
      tail
        .split('\n')
        .slice(1, 4)
        .map((line) => /skill +(\S+) +(ok|not ok) +\S+ \(now\) +codex +b-1 +slow$/.exec(line)?.slice(1)),
    ).toEqual([
      ['0.25', 'not ok'],
      ['0.50', 'ok'],
      ['1.00', 'ok'],
    ]);
    expect(tail).toContain('skill  0.58 over 3 runs; this revision 0.58 over 3 runs\n\nNothing was changed.\n');
    fs.appendFileSync(path.join(tree, 'state/skills/skill/AGENTS.md'), '- one more\n');
    const after = scene.snappy('eval', 'tail', '--lines', '1', '--tree', tree).stdout;
    expect(after).toContain('skill  0.58 over 3 runs; this revision unmeasured\n');
    expect(after).toMatch(/\nunmeasured, nobody has run them as they are now: bundle-snapshot, skill, /);
  });

  test('of several skills is summed up with those that are shown, and the others are counted', () => {
    add('snappy-ops', '--score', '1', ...who.slice(0, 6));
    const text = scene.snappy('eval', 'tail', '--lines', '1', '--tree', tree).stdout;
    expect(text).toContain(
      '\nsnappy-ops  1.00 over 1 run; this revision 1.00 over 1 run\n1 more skill has graded runs before these\n',
    );
    expect(scene.snappy('eval', 'tail', '--tree', tree).stdout).not.toContain('more skill');
  });

  test.each(['0', '-1', '1001', 'x', '1e2'])('is shown in 1 to 1000 lines, not in %s', (lines) => {
    expect(scene.snappy('eval', 'tail', `--lines=${lines}`, '--tree', tree)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('expected 1 to 1000') as string,
    });
  });

  test('with --dry is shown and not noted', () => {
    const before = fs.readFileSync(evals);
    const { status, stdout } = scene.snappy('eval', 'add', 'skill', '--score', '1', '--dry', ...who);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^skill 1\.00 ok\n {2}revision [^]*\n\nNothing was changed: this is what would be noted\.\n$/,
    );
    expect(fs.readFileSync(evals)).toEqual(before);
  });

  test.each([
    [3, 'the same session', ['skill', '--score', '1', '--actor', 'x', '--auditor', 'X', '--runtime', 'codex']],
    [2, 'score is not a number from 0 to 1', ['skill', '--score', '', ...who.slice(0, 6)]],
    [2, 'score is not a number from 0 to 1', ['skill', '--score', '80%', ...who.slice(0, 6)]],
    [2, 'auditor_session_id is missing', ['skill', '--score', '1', '--actor', 'x', '--runtime', 'codex']],
    [2, '--ok is "maybe"; expected yes or no', ['skill', '--score', '1', '--ok', 'maybe', ...who.slice(0, 6)]],
    [2, 'there is no skill "skil"', ['skil', '--score', '1', ...who.slice(0, 6)]],
    [2, 'no skill is named', ['--score', '1']],
    [2, '--row is not a JSON object', ['--row', '[1]']],
    [2, '--row is the whole row; --score cannot be given beside it', ['--row', '{}', '--score', '1']],
    [
      2,
      'the key "grade" is none of ts, skill',
      ['--row', '{"skill":"skill","score":1,"actor_session_id":"a","auditor_session_id":"b","runtime":"x","grade":1}'],
    ],
  ])('is refused with status %i: %s', (status, message, args) => {
    const before = fs.readFileSync(evals);
    const ended = add(...args);
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({
      status,
      stderr: expect.stringContaining(message) as string,
    });
    expect(ended.stderr.trim().split('\n').length).toBeGreaterThan(1);
    expect(fs.readFileSync(evals)).toEqual(before);
  });

  test('as a whole row keeps what it says, and gets the rest', () => {
    const row = {
      skill: 'skill',
      score: 0.5,
      ok: false,
      actor_session_id: 'a',
      auditor_session_id: 'b',
      runtime: 'pi',
      rev_id: '0123456789ab',
      run_id: 'r-7',
      eval_mode: 'auto',
      cost_usd: 0.02,
    };
    expect(add('--row', JSON.stringify(row), '--json').status).toBe(0);
    expect(rows().at(-1)).toMatchObject({
      ...row,
      machine_id: fs.readFileSync(path.join(tree, 'state/log/.machine_id'), 'utf8').trim(),
    });
  });

  test('is one of many that are noted at once, and none is lost or torn', async () => {
    const before = rows().length;
    const ends = Array.from({ length: 8 }, (_, at) => {
      const child = spawn(
        process.execPath,
        [builtProgram, 'eval', 'add', 'skill', '--score', '1', '--run', `at-once-${at}`, ...who],
        { env: scene.env, stdio: 'ignore' },
      );
      return new Promise((resolve) => child.on('close', resolve));
    });
    expect(await Promise.all(ends)).toEqual(ends.map(() => 0));
    expect(
      rows()
        .slice(before)
        .map((row) => String(row['run_id']))
        .toSorted(),
    ).toEqual(ends.map((_, at) => `at-once-${at}`));
  });

  test('that the disk does not take is not said to be noted, and the next one stands on a line of its own', () => {
    const kept = fs.readFileSync(evals);
    // A file may have 4 kB here, and the row ends beyond that.
    const noise = `${'x'.repeat(4096 - 40)}\n`;
    fs.writeFileSync(evals, noise);
    const words = [process.execPath, builtProgram, 'eval', 'add', 'skill', '--score', '1', ...who]
      .map((word) => `'${word}'`)
      .join(' ');
    const full = scene.run('bash', '-c', `ulimit -f 4; ${words}`);
    expect(full).toMatchObject({ status: 1, stdout: '' });
    expect(full.stderr).toMatch(
      /^snappy: state\/log\/evals\.ndjson could not be written: .*\n {2}the run was not noted; mend this/,
    );
    expect(fs.statSync(evals).size).toBe(4096);
    expect(add('skill', '--score', '1', ...who.slice(0, 6)).status).toBe(0);
    const lines = fs.readFileSync(evals, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ score: 1 });
    expect(scene.snappy('eval', 'tail', 'skill', '--tree', tree).stdout).toContain(
      '2 lines of state/log/evals.ndjson did not count',
    );
    fs.writeFileSync(evals, kept);
  });
});

test('snappy eval export prints one JSON value that a program can read', () => {
  const { stdout } = scene.snappy('eval', 'export', 'skill', '--tree', tree);
  const { results } = JSON.parse(stdout) as { results: { version: number; results: unknown[] } };
  expect(results).toMatchObject({
    version: 3,
    results: { length: rows().filter((row) => row['skill'] === 'skill').length },
  });
  expect(scene.snappy('eval', 'export', 'nobody', '--tree', tree).status).toBe(2);
});
