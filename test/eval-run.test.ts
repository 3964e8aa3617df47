import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
const evals = 'tree/state/log/evals.ndjson';
const skillMd = 'tree/state/skills/ship-it/SKILL.md';
const rows = (): Record<string, unknown>[] =>
  fs.existsSync(path.join(scene.dir, evals))
    ? scene
        .read(evals)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
const grade = (...args: string[]): Ended => scene.snappy('eval', 'run', 'ship-it', '--tree', 'tree', ...args);
const apply = ['--actor', 'actor-1', '--runtime', 'codex', '--artifact', 'run', '--apply'];

function layRubric(...criteria: string[]): void {
  const head = '---\nname: ship-it\ndescription: Ships it.\n---\n# Ship it\n\n## Eval\n\nBy the rubric.\n\n';
  scene.write(
    skillMd,
    `${head}## Rubric\n\n\`ok\` is 0.8 or more.\n\n| criterion | kind | check | worth |\n|---|---|---|---|\n${criteria.map((row) => `| ${row} |\n`).join('')}`,
  );
}

/** A program that answers as a judge; it keeps what it was called with and in which environment. */
function layJudge(answer: string): void {
  const script = `
    const fs = require('node:fs');
    const { SNAPPY_INSIDE, SNAPPY_ARTIFACT, CLAUDECODE } = process.env;
    fs.writeFileSync(${JSON.stringify(path.join(scene.dir, 'called.json'))}, JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), SNAPPY_INSIDE, SNAPPY_ARTIFACT, CLAUDECODE }));
    ${answer}`;
  scene.write('judge.cjs', script);
  const command = [process.execPath, path.join(scene.dir, 'judge.cjs'), '--session', '{session}', '{prompt}'];
  scene.write(
    'tree/state/config/dispatch.json',
    JSON.stringify({ _v: 1, runtimes: { fake: { command }, windsurf: { command: null } } }),
  );
}

beforeAll(() => {
  scene.snappy('init', 'tree');
  scene.write('run/out.txt', 'shipped\n');
  layRubric(
    'it is shipped | deterministic | `grep -q shipped out.txt && test "$SNAPPY_INSIDE" = eval && touch ran` | 0.4',
    'it is signed | deterministic | `echo no signature >&2; exit 4` | 0.2',
    'it reads well | judge | Is it plain English? | 0.4',
  );
});

describe('snappy eval run', () => {
  test('shows what it would run, and runs and writes nothing without consent', () => {
    const { status, stdout } = grade('--artifact', 'run');
    expect(status).toBe(0);
    expect(stdout).toContain('0.20   run       it is signed   echo no signature >&2; exit 4\n');
    expect(stdout).toContain('0.40   left out  it reads well  needs --judge <runtime>\n');
    expect(stdout).toContain("The score would rest on 0.60 of the rubric's 1.00.");
    expect(stdout).toMatch(/\n\nNothing was changed: this was the plan; add --apply to carry it out\.\n$/);
    expect(grade('--dry', ...apply).stdout).toContain('Nothing was changed');
    expect(fs.existsSync(path.join(scene.dir, 'run/ran'))).toBe(false);
    expect(rows()).toEqual([]);
  });

  test('runs the commands, notes the share that is met, and says on how much it rests', () => {
    const { status, stdout } = grade(...apply);
    expect(status).toBe(1);
    expect(stdout).toContain('NOT MET  it is signed   exit 4: no signature\n');
    expect(stdout).toContain(
      "ship-it 0.67 not ok (ok from 0.80 on), on 0.60 of the rubric's 1.00; 1 of its criteria were left out",
    );
    expect(rows()).toMatchObject([
      {
        skill: 'ship-it',
        score: 0.666667,
        ok: false,
        actor_session_id: 'actor-1',
        auditor_session_id: expect.stringMatching(/^lint:rubric@[0-9a-f]{12}$/) as string,
        eval_mode: 'deterministic',
        primary_issue: 'it is signed',
        artifact: path.join(scene.dir, 'run'),
      },
    ]);
  });

  test('has a judge answer in a session of its own, and names it as the auditor', () => {
    layJudge(`console.log('Let me see.\\n{"answers":[{"criterion":1,"met":true,"why":"plain"}]}');`);
    scene.env['CLAUDECODE'] = '1';
    const { status, stdout } = grade('--judge', 'fake', ...apply);
    delete scene.env['CLAUDECODE'];
    expect(status).toBe(0);
    expect(stdout).toContain("ship-it 0.80 ok (ok from 0.80 on), on 1.00 of the rubric's 1.00.");
    const called = JSON.parse(scene.read('called.json')) as { args: string[] };
    const session = called.args[1] ?? '';
    expect(called).toMatchObject({
      cwd: path.join(scene.dir, 'run'),
      SNAPPY_INSIDE: 'judge',
      SNAPPY_ARTIFACT: path.join(scene.dir, 'run'),
    });
    expect(called).not.toHaveProperty('CLAUDECODE');
    expect(called.args[2]).toContain('1. it reads well: Is it plain English?');
    expect(rows().at(-1)).toMatchObject({
      auditor_session_id: `fake:${session}`,
      eval_mode: 'auto',
      score: 0.8,
      ok: true,
    });
  });

  test.each([
    [
      'prints no answer',
      "console.log('It is fine.')",
      "the judge's answer cannot be used: it does not end with a line of JSON",
    ],
    [
      'answers more than it was asked',
      `console.log('{"answers":[{"criterion":1,"met":true,"why":""},{"criterion":2,"met":true,"why":""}]}')`,
      'expected one answer to each of the 1 criteria',
    ],
    ['fails', 'process.exitCode = 7', 'ended with status 7'],
    ['prints without end', "for (let i = 0; i < 3000; i++) console.log('x'.repeat(1000))", 'printed more than 1 MB'],
  ])('notes nothing of a judge that %s', (_name, answer, message) => {
    layJudge(answer);
    const before = rows().length;
    const { status, stderr } = grade('--judge', 'fake', ...apply);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining(message) as string });
    expect(rows()).toHaveLength(before);
  });

  test.each([
    [['--judge', 'windsurf', ...apply], 'cannot be started from a command line'],
    [['--judge', 'nobody', ...apply], 'has no command'],
    [['--apply', '--runtime', 'codex'], 'the session that did the run is not named'],
    [['--apply', '--actor', 'a'], 'runtime is missing'],
    [['--artifact', 'gone', ...apply.filter((word) => word !== '--artifact' && word !== 'run')], 'there is no '],
  ])('refuses %j before anything is run', (args, message) => {
    fs.rmSync(path.join(scene.dir, 'run/ran'), { force: true });
    expect(grade(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) as string });
    expect(fs.existsSync(path.join(scene.dir, 'run/ran'))).toBe(false);
  });

  test('refuses a rubric that cannot be used, with its line', () => {
    layRubric('a | deterministic | look at it | 1');
    expect(grade()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'state/skills/ship-it/SKILL.md:17 the rubric cannot be used: "a" is deterministic and has no command',
      ) as string,
    });
    layRubric('a | judge | Is it? | 1');
    expect(grade().stderr).toContain('needs a judge, and none is named');
  });
});
