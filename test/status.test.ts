import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';

const scene = makeScene();
scene.snappy('init', 'tree');

const at = (file: string): string => path.join(scene.dir, 'tree', file);
const status = (): string => scene.snappy('status', '--tree', 'tree').stdout;
const evalRow = {
  ts: '2026-11-20T10:00:00Z',
  skill: 'skill',
  rev_id: '0123456789ab',
  run_id: 'r',
  score: 0.9,
  ok: true,
  actor_session_id: 'a',
  auditor_session_id: 'b',
  runtime: 'codex',
  machine_id: 'm',
  eval_mode: 'manual',
};

describe('snappy status', () => {
  test('shows the four scopes of a new tree, and changes nothing', () => {
    const { status: code, stdout } = scene.snappy('status', '--tree', 'tree');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^THIS MACHINE {2}.*tree\n[^]*\nYOUR TENANT {3}no gateway configured[^]*\nSHARED STATE {2}no gateway configured[^]*\nGLOBALLY {6}no gateway configured/,
    );
    expect(stdout).toContain(`  machine     ${fs.readFileSync(at('state/log/.machine_id'), 'utf8')}`);
    expect(stdout).toContain('  evals       no run has been graded yet\n');
    expect(stdout).toMatch(/ {2}unmeasured {2}(\d+) of \1 skills, nobody has run them as they are now: /);
    expect(stdout).toMatch(/\n\nNothing was changed\.\n$/);
    expect(scene.git('tree', 'status', '--porcelain')).toBe('');
  });

  test('shows the last graded runs, repairs and open briefs; foreign and torn lines count for nothing', () => {
    const rows = [0.1, 0.2, 0.3, 0.4].map((score) => JSON.stringify({ ...evalRow, score }));
    fs.writeFileSync(
      at('state/log/evals.ndjson'),
      `${rows.join('\n')}\n${JSON.stringify({ ...evalRow, auditor_session_id: 'a', score: 1 })}\n{"torn`,
    );
    fs.writeFileSync(
      at('state/log/loader-feedback.log'),
      'noise\n[2026-11-21T10:00:00Z] skill: \u001b[2Jwas unclear [FIXED] action_kind=loader-rewritten\n',
    );
    fs.writeFileSync(at('state/log/regen-queue/skill.loader-rewritten.md'), '# Work\n');
    const text = status();
    expect(text).toContain('  evals       skill  0.25 over 4 runs; this revision unmeasured\n');
    expect(text).toContain('  fixes       1 gap fixed by the agent that met it, 0 only noted\n');
    expect([...text.matchAll(/skill (0\.\d0) ok/g)].map((match) => match[1])).toEqual(['0.40', '0.30', '0.20']);
    expect(text).toContain('  briefs      skill.loader-rewritten  Work\n');
    expect(text).toMatch(/ {2}feedback {4}skill \[FIXED\] {2}\[2Jwas unclear, /);
  });

  test('shows the trend of a graded skill, on how many runs it rests, and which skills are unmeasured', () => {
    fs.rmSync(at('state/log/evals.ndjson'));
    const args = ['--actor', 'a', '--auditor', 'b', '--runtime', 'codex', '--tree', 'tree'];
    for (const score of [0.5, 0.5, 0.5, 0.9, 0.9, 0.9])
      scene.snappy('eval', 'add', 'skill', '--score', `${score}`, ...args);
    const text = status();
    expect(text).toContain(
      '  evals       skill  0.70 over 6 runs, rising over 6 runs; this revision 0.70 over 6 runs\n',
    );
    fs.appendFileSync(at('state/skills/skill/AGENTS.md'), '- one more line\n');
    expect(status()).toContain('rising over 6 runs; this revision unmeasured\n');
    const skills = fs.readdirSync(at('state/skills')).length;
    expect(text).toContain(`  unmeasured  ${skills - 1} of ${skills} skills, nobody has run them as they are now: `);
  });

  test('is not led astray by a run from the future, and says that a clock was ahead', () => {
    fs.appendFileSync(at('state/log/evals.ndjson'), `${JSON.stringify({ ...evalRow, ts: '2999-01-01T00:00:00Z' })}\n`);
    expect(status()).toContain('  last runs   skill 0.90 ok, by a clock that was ahead\n');
    fs.rmSync(at('state/log/evals.ndjson'));
  });

  test('tells a wired runtime from one that is not, or only in part', () => {
    const runtimes = (): unknown =>
      (
        JSON.parse(scene.snappy('status', '--tree', 'tree', '--json').stdout) as {
          'THIS MACHINE': { runtimes: unknown };
        }
      )['THIS MACHINE'].runtimes;
    const row = (wiring: string) => expect.objectContaining({ id: 'claude-code', wiring }) as unknown;
    expect(runtimes()).toContainEqual(row('not wired'));
    scene.snappy('install', '--tree', 'tree', '--runtime', 'claude-code', '--apply');
    expect(runtimes()).toContainEqual(row('wired'));
    const settings = path.join(scene.home, '.claude/settings.json');
    const { hooks, ...rest } = JSON.parse(fs.readFileSync(settings, 'utf8')) as { hooks: Record<string, unknown> };
    delete hooks['Stop'];
    fs.writeFileSync(settings, JSON.stringify({ ...rest, hooks }));
    expect(runtimes()).toContainEqual(row('partly'));
    fs.writeFileSync(settings, '{ "hooks": ');
    expect(runtimes()).toContainEqual(row('unreadable'));
  });

  test('says when the hook’s index is older than the skills', () => {
    fs.utimesSync(at('state/skills/skill/AGENTS.md'), Date.now() / 1000 + 5, Date.now() / 1000 + 5);
    expect(status()).toContain('older than the skills (snappy index)');
  });

  test('outside any tree says how to make one', () => {
    expect(scene.snappy('status')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('snappy init') as string,
    });
  });
});
