import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
const matchEval = (...args: string[]): Ended => scene.snappy('match', '--tree', 'tree', '--eval', ...args);
const lay = (skill: string, file: string, value: unknown): void =>
  scene.write(`tree/state/skills/${skill}/evals/${file}`, JSON.stringify(value));

let ofSeed = '';

beforeAll(() => {
  scene.snappy('init', 'tree');
  ofSeed = matchEval('all').stdout;
  fs.rmSync(path.join(scene.dir, 'tree/state/skills/snappy-ops/evals'), { recursive: true });
  lay('skill', 'trigger-eval.json', [
    { query: 'write a new skill for our release process', should_trigger: true },
    { query: 'I want to learn a new skill', should_trigger: false },
  ]);
});

describe('snappy match --eval', () => {
  test('finds no miss in the skills that a tree begins with', () => {
    expect(ofSeed).toMatch(
      /\nskill +1\.00 +1\.00 +10 \(5 should bring it, 5 should not\)\nsnappy-ops +1\.00 +1\.00 +10 /,
    );
    expect(ofSeed).toContain('Each prompt brought what it should.');
  });

  test('says how well the triggers do on how many prompts, and changes nothing', () => {
    const { status, stdout } = matchEval('skill');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^SKILL +PRECISION +RECALL +PROMPTS\nskill +1\.00 +1\.00 +2 \(1 should bring it, 1 should not\)\n/,
    );
    expect(stdout).toMatch(/Each prompt brought what it should\.\n\nNothing was changed\.\n$/);
    expect(fs.readdirSync(path.join(scene.dir, 'tree/state/log/sessions'))).toEqual([]);
  });

  test('asks the real hook: a trigger that is taken away is a miss, and the status is 1', () => {
    const file = path.join(scene.dir, 'tree/state/skills/skill/SKILL.md');
    const before = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(
      file,
      before.replace('  - "write a new skill"\n', '').replace('  - "learn a new skill"\n', '  - "zz"\n'),
    );
    const later = Date.now() / 1000 + 5;
    fs.utimesSync(file, later, later);
    const { status, stdout } = matchEval('skill');
    fs.writeFileSync(file, before);
    fs.utimesSync(file, later + 5, later + 5);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'did not come: "write a new skill for our release process" (skill, evals/trigger-eval.json[0]',
    );
  });

  test('with all takes each skill that has prompts, evals.json too, and names what came instead', () => {
    lay('snappy-ops', 'evals.json', {
      skill_name: 'snappy-ops',
      evals: [
        { id: 1, prompt: 'the snappy hook is silent', expected_output: 'a cause' },
        { id: 2, prompt: 'write a new skill for us' },
      ],
    });
    const { status, stdout } = matchEval('all');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /\nskill +1\.00 +1\.00 +2 .*\nsnappy-ops +1\.00 +0\.50 +2 \(2 should bring it, 0 should not\) +1 missed\n/,
    );
    expect(stdout).toContain(
      'did not come: "write a new skill for us" (snappy-ops, evals/evals.json id 2; skill came)',
    );
    const { skills } = JSON.parse(matchEval('all', '--json').stdout) as { skills: { skill: string; recall: number }[] };
    expect(skills.map(({ skill, recall }) => [skill, recall])).toEqual([
      ['skill', 1],
      ['snappy-ops', 0.5],
    ]);
  });

  test('says what is wrong with a file, and what to write where there is none', () => {
    lay('snappy-ops', 'evals.json', { skill_name: 'ops', evals: [] });
    expect(matchEval('snappy-ops')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('evals.json.evals is not as expected') as string,
    });
    expect(matchEval('snappy-codex')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('[{"query": "a prompt", "should_trigger": true}') as string,
    });
    expect(matchEval('nobody')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no skill "nobody"') as string,
    });
    expect(scene.snappy('match', '--tree', 'tree')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no prompt is given') as string,
    });
  });
});
