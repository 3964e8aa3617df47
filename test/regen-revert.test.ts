import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
const at = (...parts: string[]): string => path.join(scene.dir, 'tree', ...parts);
const loaderFile = at('state/skills/ferry/AGENTS.md');
const snappy = (...args: string[]): Ended => scene.snappy(...args, '--tree', 'tree');
const loader = (): string => fs.readFileSync(loaderFile, 'utf8');
const edits = (): Record<string, unknown>[] =>
  fs
    .readFileSync(at('state/log/edits.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const revision = (): string =>
  (JSON.parse(snappy('regen', 'revert', 'ferry', '--json').stdout) as { from: { rev: string } }).from.rev;

let runs = 0;

/** Graded runs of the revision of now, by one process: a call of `eval add` for each would take a second a dozen. */
function grade(score: number, count: number): void {
  const rev_id = revision();
  for (let done = 0; done < count; done++) {
    runs += 1;
    const ts = new Date(Date.now() - 3_600_000 + runs * 1000).toISOString();
    const row = {
      ts,
      skill: 'ferry',
      rev_id,
      run_id: `r${runs}`,
      score,
      ok: true,
      actor_session_id: `a${runs}`,
      auditor_session_id: 'judge',
      runtime: 'codex',
      machine_id: '0123456789ab',
      eval_mode: 'auto',
    };
    fs.appendFileSync(at('state/log/evals.ndjson'), `${JSON.stringify(row)}\n`);
  }
}

let first = '';
let second = '';
let before = '';

beforeAll(() => {
  scene.snappy('init', 'tree');
  snappy('skill', 'new', 'ferry');
  snappy('regen', 'notice');
  before = loader();
  fs.appendFileSync(loaderFile, '- tickets are sold on deck 2\n');
  snappy('regen', 'notice', '--runtime', 'codex', '--session', 'session-one', '--how', 'tool');
  first = revision();
  grade(0.8, 30);
  fs.appendFileSync(loaderFile, '- always jump the queue\n');
  snappy('regen', 'notice', '--runtime', 'codex', '--session', 'session-two', '--how', 'tool');
  second = revision();
});

describe('snappy regen revert', () => {
  test('shows which revision would come back, what speaks for it, the edits it takes back and the lines, and changes nothing', () => {
    grade(0.6, 30);
    const text = loader();
    const { status, stdout } = snappy('regen', 'revert', 'ferry');
    expect(status).toBe(0);
    expect(stdout).toContain(`now       ${second}`);
    expect(stdout).toContain(`put back  ${first}`);
    expect(stdout).toContain('0.80 over 30 runs');
    expect(stdout).toContain(
      'verdict on the one of now: regressed: 0.60 over 30 runs, 0.80 over 30 before (-0.20)\n    on 30 pairs: evidence 47.7 where 20 is needed, 6.0 points in sum where 1.5 are\n',
    );
    expect(stdout).toMatch(/It takes back 1 edit:\n {2}\S+ \S+ by codex session-, with its edit tool\n/);
    expect(stdout).toContain(`Revision ${second} is kept. To have it again: snappy regen revert ferry --to ${second}`);
    expect(stdout).toContain('\n-- always jump the queue\n');
    expect(stdout).toMatch(/\nNothing was changed: this was the plan; add --apply to carry it out\.\n$/);
    expect(loader()).toBe(text);
  });

  test('with --apply puts it back as an edit of its own, tells the next turn why, and keeps the other', () => {
    const { status, stdout } = snappy('regen', 'revert', 'ferry', '--apply');
    expect(status).toBe(0);
    expect(stdout).toContain(`Changed: ferry is revision ${first} again; ${second} is kept.`);
    expect(loader()).toBe(`${before}- tickets are sold on deck 2\n`);
    expect(edits().at(-1)).toMatchObject({ how: 'revert', before: second, after: first, runtime: 'none', session: '' });
    const list = snappy('regen', 'list', 'ferry').stdout;
    expect(list).toContain(`reverted to ${first}`);
    expect(list).toContain('no longer there: - always jump the queue');
  });

  test('the revision that was taken back can be had again by the beginning of its id', () => {
    expect(snappy('regen', 'revert', 'ferry', '--to', second.slice(0, 6), '--apply').status).toBe(0);
    expect(loader()).toContain('- always jump the queue');
  });

  test('says that no runs speak for it where nobody has run it', () => {
    fs.appendFileSync(loaderFile, '- something new\n');
    snappy('regen', 'notice');
    const { stdout } = snappy('regen', 'revert', 'ferry');
    expect(stdout).toContain(`put back  ${second}`);
    expect(stdout).toMatch(/now {7}[0-9a-f]{12} .* unmeasured/);
    expect(stdout).toContain('none: there are no graded runs of both that could be held against each other');
  });

  test('what nobody has noticed yet is kept too before anything is replaced', () => {
    fs.appendFileSync(loaderFile, '- by hand, unnoticed\n');
    expect(snappy('regen', 'revert', 'ferry', '--to', first, '--apply').status).toBe(0);
    expect(edits().at(-2)).toMatchObject({ how: 'found' });
    const kept = edits().at(-2)?.['after'] as string;
    expect(snappy('regen', 'revert', 'ferry', '--to', kept, '--apply').status).toBe(0);
    expect(loader()).toContain('- by hand, unnoticed');
  });

  test('an unknown revision is answered with those that are kept, their dates and runs', () => {
    const { status, stderr } = snappy('regen', 'revert', 'ferry', '--to', 'ffffffffffff');
    expect(status).toBe(2);
    expect(stderr).toContain('no revision of ferry is called "ffffffffffff"');
    expect(stderr).toMatch(
      new RegExp(`kept {2}${first} {2}in use from \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ {2}0.80 over 30 runs`),
    );
  });

  test('a skill that was never there is wrong usage, and one that is gone can be had again', () => {
    expect(snappy('regen', 'revert', 'no-such').status).toBe(2);
    expect(snappy('regen', 'revert', '../../etc').status).toBe(2);
    fs.rmSync(at('state/skills/ferry'), { recursive: true });
    snappy('regen', 'notice');
    expect(snappy('regen', 'revert', 'ferry').stdout).toContain('lay the skill again, which is gone');
    expect(snappy('regen', 'revert', 'ferry', '--apply').status).toBe(0);
    expect(loader()).toContain('- by hand, unnoticed');
  });
});

describe('where the owner has agreed to it', () => {
  test('a drain puts back what did worse by itself, and the next turn is told', () => {
    const good = revision();
    grade(0.9, 30);
    fs.appendFileSync(loaderFile, '- never pay\n');
    snappy('regen', 'notice');
    grade(0.7, 30);
    expect(snappy('regen', 'drain').stdout).not.toContain('was put back');
    expect(snappy('regen', 'mode', '--revert', 'auto', '--apply').status).toBe(0);
    const { stdout } = snappy('regen', 'drain', '--runtime', 'codex', '--session', 'session-three');
    expect(stdout).toContain(`ferry: revision ${good} was put back`);
    expect(revision()).toBe(good);
    expect(edits().at(-1)).toMatchObject({ how: 'revert', runtime: 'codex', session: 'session-three' });
    const prompt = JSON.stringify({
      session_id: 'next',
      prompt: 'look at /ferry',
      hook_event_name: 'UserPromptSubmit',
    });
    scene.write('prompt.json', prompt);
    const hook = scene.run('sh', '-c', `sh '${at('state/hooks/snappy-os-inject.sh')}' prompt <prompt.json`);
    expect(hook.stdout).toContain(`reverted to ${good}`);
    expect(snappy('regen', 'drain').stdout).not.toContain('was put back');
  });
});

describe('snappy regen mode', () => {
  const config = (): unknown => JSON.parse(fs.readFileSync(at('state/log/regen.json'), 'utf8'));

  test('shows how it is, and changes nothing', () => {
    const { status, stdout } = snappy('regen', 'mode');
    expect(status).toBe(0);
    expect(stdout).toMatch(/mode +attended +a brief rides along on the next turn/);
    expect(stdout).toContain('Nothing was changed.');
  });

  test('says what background work does and costs before it is agreed to', () => {
    const kept = config();
    const { status, stdout } = snappy('regen', 'mode', 'background', '--runtime', 'codex');
    expect(status).toBe(0);
    expect(stdout).toContain('this machine starts by itself: codex exec <prompt>');
    expect(stdout).toContain('costs what a turn of that program costs you');
    expect(stdout).toContain('add --apply to set it');
    expect(config()).toEqual(kept);
    expect(snappy('regen', 'mode', 'background', '--runtime', 'codex', '--apply').status).toBe(0);
    expect(config()).toMatchObject({ mode: 'background', runtime: 'codex', revert: 'auto' });
    expect(snappy('regen', 'mode', 'background', '--runtime', 'codex', '--apply').stdout).toContain(
      'Nothing was changed: it is so already.',
    );
    expect(snappy('regen', 'mode', 'attended', '--revert', 'ask', '--max-open', '3', '--apply').status).toBe(0);
    expect(config()).toEqual({ _v: 1, mode: 'attended', runtime: 'codex', revert: 'ask', maxOpen: 3 });
  });

  test.each([
    [['sometimes'], 'expected attended or background'],
    [['--revert', 'maybe'], 'expected ask or auto'],
    [['--max-open', '9'], 'expected 1, 2, 3 or 4'],
    [['background', '--runtime', 'windsurf'], 'cannot be started from a command line'],
    [['background', '--runtime', 'no-such'], 'those that have one: claude-code, codex'],
  ])('refuses %j and says what is expected', (args, message) => {
    const kept = config();
    const { status, stderr } = snappy('regen', 'mode', ...args, '--apply');
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(config()).toEqual(kept);
  });

  test('a config that was damaged is left as it is, with the reason', () => {
    fs.writeFileSync(at('state/log/regen.json'), '{"_v":1,"mode":"always"}');
    const { status, stderr } = snappy('regen', 'mode', 'attended', '--apply');
    expect(status).toBe(3);
    expect(stderr).toContain('state/log/regen.json cannot be understood');
  });
});
