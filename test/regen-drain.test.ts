import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';
import type { Ended } from './program.ts';

const scene = makeScene();
scene.snappy('init', 'laid', '--no-git');
const at = (file: string): string => path.join(scene.dir, 'tree', file);
const snappy = (...args: string[]): Ended => scene.snappy(...args, '--tree', 'tree');
const drain = (...args: string[]): string => snappy('regen', 'drain', ...args).stdout;
const queue = (): string[] =>
  fs.existsSync(at('state/log/regen-queue'))
    ? fs.readdirSync(at('state/log/regen-queue')).filter((name) => name.endsWith('.md') || name.endsWith('.ready'))
    : [];
const hook = (prompt: string): string => snappy('match', prompt).stdout;

beforeEach(() => {
  fs.rmSync(at(''), { recursive: true, force: true, maxRetries: 10 });
  fs.cpSync(path.join(scene.dir, 'laid'), at(''), { recursive: true });
  drain();
});

describe('snappy regen drain', () => {
  test('has nothing to do in a new tree', () => {
    expect(drain()).toBe('No brief is open.\n\nNothing was changed: the briefs were up to date.\n');
    expect(queue()).toEqual([]);
  });

  test('turns what an agent echoed into a brief that rides along on the next turn, until it is mended', () => {
    fs.appendFileSync(
      at('state/log/loader-feedback.log'),
      '[2026-01-01T10:00:00Z] skill: names may not end in a dash [LOGGED]\n',
    );
    expect(drain()).toContain('opened  skill.loader-rewritten  gap: names may not end in a dash\n');
    expect(queue()).toEqual(['skill.loader-rewritten.md', 'skill.ready']);
    expect(hook('/skill')).toContain('Open brief for `skill`: gap: names may not end in a dash');
    expect(snappy('log', 'skill', 'said it', '--fixed').stdout).toContain('It answers skill.loader-rewritten');
    expect(drain()).toContain('closed  skill.loader-rewritten\n');
    expect(queue()).toEqual([]);
    expect(hook('/skill')).not.toContain('Open brief');
  });

  test('finds an edit that nobody told of, and holds it to the lint', () => {
    fs.writeFileSync(at('state/skills/skill/AGENTS.md'), '# skill\n');
    const text = drain('--runtime', 'codex', '--session', 's-1');
    expect(text).toContain('opened  skill.loader-rewritten  lines lost: put back what is still true of the ');
    expect(text).toContain('opened  skill.shape-ok  lint: the loader has no section');
    expect(text).toContain('1 edit noticed since the last drain.');
    const [row] = fs.readFileSync(at('state/log/edits.ndjson'), 'utf8').trim().split('\n');
    expect(JSON.parse(row ?? '')).toMatchObject({ skill: 'skill', runtime: 'codex', session: 's-1', how: 'found' });
  });

  test('sets what is no edit aside, says so once, and the hook has nothing to start it for then', () => {
    const names = ['a', 'b'].map((skill) => `state/log/regen-queue/${skill}.0123456789abcdef.edit.json`);
    fs.writeFileSync(at(names[0] ?? ''), '{"_v":2}\n');
    fs.writeFileSync(at(names[1] ?? ''), '{"_v":1,"id":');
    const text = drain();
    expect(text).toContain(`set aside  ${names[0]}.bad: a newer version of snappy has written this edit`);
    expect(text).toContain(`set aside  ${names[1]}.bad: it can be read as no edit`);
    expect(names.map((name) => [fs.existsSync(at(name)), fs.existsSync(at(`${name}.bad`))])).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(drain()).toContain('Nothing was changed');
  });

  test('with --dry changes nothing', () => {
    fs.appendFileSync(at('state/log/loader-feedback.log'), '[2026-01-01T10:00:00Z] skill: a [LOGGED]\n');
    expect(drain('--dry')).toMatch(
      /opened {2}skill\.loader-rewritten[^]*Nothing was changed: this is what a drain would do\.\n$/,
    );
    expect(queue()).toEqual([]);
  });

  test('of one skill opens its briefs alone, and an unknown one is refused', () => {
    const rows = ['skill', 'snappy-ops'].map((slug) => `[2026-01-01T10:00:00Z] ${slug}: a [LOGGED]\n`);
    fs.appendFileSync(at('state/log/loader-feedback.log'), rows.join(''));
    drain('snappy-ops');
    expect(queue()).toEqual(['snappy-ops.loader-rewritten.md', 'snappy-ops.ready']);
    expect(snappy('regen', 'drain', 'nobody')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no skill') as string,
    });
  });

  test('with a config that cannot be understood changes nothing and says so', () => {
    fs.appendFileSync(at('state/log/loader-feedback.log'), '[2026-01-01T10:00:00Z] skill: a [LOGGED]\n');
    fs.writeFileSync(at('state/log/regen.json'), '{"_v":1,');
    const { status, stderr } = snappy('regen', 'drain');
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringContaining('state/log/regen.json cannot be understood') as string,
    });
    expect(queue()).toEqual([]);
  });

  test('as JSON tells what it did', () => {
    fs.appendFileSync(at('state/log/loader-feedback.log'), 'noise\n[2026-01-01T10:00:00Z] nobody: a [LOGGED]\n');
    expect(JSON.parse(drain('--json'))).toMatchObject({
      opened: [],
      closed: [],
      briefs: [],
      skipped: { feedback: 1 },
      unknown: ['nobody'],
    });
  });

  test('twice at once ends as once', async () => {
    fs.appendFileSync(at('state/log/loader-feedback.log'), '[2026-01-01T10:00:00Z] skill: a [LOGGED]\n');
    fs.appendFileSync(at('state/skills/skill/AGENTS.md'), '- One more line.\n');
    const children = [1, 2, 3].map(() => scene.start('regen', 'drain', '--tree', 'tree'));
    const codes = await Promise.all(children.map((child) => new Promise((resolve) => child.on('exit', resolve))));
    expect(codes).toEqual([0, 0, 0]);
    expect(queue()).toEqual(['skill.loader-rewritten.md', 'skill.ready']);
    expect(fs.readFileSync(at('state/log/edits.ndjson'), 'utf8').trim().split('\n')).toHaveLength(1);
  });
});
