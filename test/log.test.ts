import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
scene.snappy('init', 'tree', '--no-git');
const log = path.join(scene.dir, 'tree/state/log/loader-feedback.log');
const note = (...args: string[]): Ended => scene.snappy('log', '--tree', 'tree', ...args);
const written = (): string => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '');
const time = '\\[\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\\]';

beforeEach(() => fs.rmSync(log, { force: true }));

describe('snappy log', () => {
  test.each([
    [[], 'skill: needs --all \\[LOGGED\\]'],
    [['--logged'], 'skill: needs --all \\[LOGGED\\]'],
    [['--fixed'], 'skill: needs --all \\[FIXED\\] action_kind=loader-rewritten'],
    [['--fixed', '--action-kind', 'pattern-elevated'], 'skill: needs --all \\[FIXED\\] action_kind=pattern-elevated'],
    [['--logged', '--action-kind', 'shape-ok'], 'skill: needs --all \\[LOGGED\\] action_kind=shape-ok'],
  ])('with %j writes one row', (flags, row) => {
    const { status, stdout } = note('skill', 'needs --all', ...flags);
    expect(status).toBe(0);
    expect(written()).toMatch(new RegExp(`^${time} ${row}\\n$`));
    expect(stdout).toMatch(/\n\nChanged: state\/log\/loader-feedback\.log has one row more\.\n$/);
  });

  test('folds what stands on several lines, or steers a terminal, into one line', () => {
    note('skill', '  needs\n\t--all\u001b[2J \r\n');
    expect(written()).toMatch(/\] skill: needs --all \[2J \[LOGGED\]\n$/);
  });

  test('keeps rows apart when the last one was torn', () => {
    fs.mkdirSync(path.dirname(log), { recursive: true });
    fs.writeFileSync(log, '[2026-11-21T10:0');
    note('skill', 'a');
    note('skill', 'b');
    expect(
      written()
        .split('\n')
        .map((line) => line.replace(/^\[.*?Z\] /, '')),
    ).toEqual(['[2026-11-21T10:0', 'skill: a [LOGGED]', 'skill: b [LOGGED]', '']);
  });

  test.each([
    ['an unknown skill, with names that are near', ['skil', 'a'], 'did you mean skill'],
    ['a name that leads out of the tree', ['../../tree', 'a'], 'there is no skill'],
    ['both outcomes', ['skill', 'a', '--fixed', '--logged'], 'exclude each other'],
    ['an unknown kind', ['skill', 'a', '--action-kind', 'other'], 'none of shape-ok, skill-ran'],
    ['no text', ['skill', ' \n '], 'there is no text'],
    ['a text of a page', ['skill', 'x'.repeat(501)], '501 characters'],
  ])('refuses %s', (_what, args, message) => {
    const { status, stderr } = note(...args);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) as string });
    expect(written()).toBe('');
  });

  test('refuses a skill whose name no row can hold, and says what to do', () => {
    scene.write('tree/state/skills/my skill/SKILL.md', '---\nname: my skill\n---\n');
    const { status, stderr } = note('my skill', 'a');
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('rename the folder') as string });
    expect(written()).toBe('');
  });

  test('refuses a credential, by its place and never by itself', () => {
    const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
    const { status, stderr, stdout } = note('skill', `log in with\n${token}`);
    expect(status).toBe(3);
    expect(stderr).toContain('(github) at line 2, column 1; nothing was written');
    expect(stderr + stdout).not.toContain(token.slice(0, 10));
    expect(written()).toBe('');
  });

  test('takes a text with brackets, and reads it back as it was meant', () => {
    const what = 'says [FIXED] action_kind=shape-ok and [x] in [LOGGED]';
    expect(note('skill', what).status).toBe(0);
    const { row } = JSON.parse(note('skill', what, '--fixed', '--json').stdout) as { row: { what: string } };
    expect(row.what).toBe(what);
    expect(written().split('\n')[1]).toMatch(/in \[LOGGED\] \[FIXED\] action_kind=loader-rewritten$/);
  });

  test('with --dry shows the row and writes nothing', () => {
    const { stdout } = note('skill', 'a', '--dry');
    expect(stdout).toMatch(
      /\] skill: a \[LOGGED\]\nIt becomes a brief: [^\n]+\n\nNothing was changed: this is the row that would be written\.\n$/,
    );
    expect(written()).toBe('');
  });

  test('on a disk where the log cannot be written says that the row is lost', () => {
    fs.mkdirSync(log, { recursive: true });
    const { status, stderr } = note('skill', 'a');
    fs.rmdirSync(log);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('the row is lost') as string });
  });
});
