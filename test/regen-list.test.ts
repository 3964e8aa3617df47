import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeScene } from './program.ts';

const scene = makeScene();
scene.snappy('init', 'tree', '--no-git');
const at = (file: string): string => path.join(scene.dir, 'tree', file);
const list = (...args: string[]): string => scene.snappy('regen', 'list', '--tree', 'tree', ...args).stdout;
const timeless = (text: string): string => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');

describe('snappy regen list', () => {
  test('without briefs says what one is, when it is opened, and how to look now', () => {
    const text = list();
    expect(text).toMatch(/^No brief is open\.\n\nA brief is a work order for one skill/);
    expect(text).toContain('To look now: snappy regen drain\n');
    expect(text).toContain('No gap has been closed by an agent in its own turn yet.');
  });

  test('explains each brief: which rows, which rule, since when, what would close it', () => {
    scene.snappy('regen', 'drain', '--tree', 'tree');
    fs.appendFileSync(
      at('state/log/loader-feedback.log'),
      [
        '[2026-01-01T09:00:00Z] skill: said where tests are [FIXED] action_kind=loader-rewritten',
        '[2026-01-01T10:00:00Z] skill: names may not \u001b[2J end in a dash [LOGGED]\n',
      ].join('\n'),
    );
    scene.snappy('regen', 'drain', '--tree', 'tree');
    expect(timeless(list())).toBe(`1 brief open.

A brief is a work order for one skill: something is wrong with its loader, and nobody has mended it yet. The hook shows
the first line of each to the next agent that works with the skill.

skill  state/log/regen-queue/skill.loader-rewritten.md, opened <time>
  gap: names may not  [2J end in a dash
    rule      gap-logged: A gap that somebody could only log is written into the loader by the next who can.
    since     <time>
    rests on  feedback row of <time>: names may not  [2J end in a dash
    to do     See whether it is so, then write it into the loader, in the section where a reader would look for it.
    closed by snappy log skill "<what>" --fixed --action-kind loader-rewritten

1 gap closed by agents in their own turn, the last on <time>.

Nothing was changed.
`);
  });

  test('as JSON has the same, with the sentence of each rule', () => {
    expect(JSON.parse(list('--json'))).toMatchObject({
      briefs: [
        {
          skill: 'skill',
          kind: 'loader-rewritten',
          closedBy: 'snappy log skill "<what>" --fixed --action-kind loader-rewritten',
          reasons: [{ rule: 'gap-logged', says: expect.stringContaining('could only log') as string }],
        },
      ],
      inlineFixes: { count: 1 },
    });
  });

  test('of one skill shows its briefs alone, and an unknown one is refused', () => {
    expect(list('snappy-ops')).toMatch(/^No brief of snappy-ops is open\./);
    expect(scene.snappy('regen', 'list', 'nobody', '--tree', 'tree').status).toBe(2);
  });

  test('says which way a brief may be left as it is, and who has written one by hand', () => {
    fs.writeFileSync(at('state/log/regen-queue/snappy-ops.shape-ok.md'), '# My own work\n');
    fs.appendFileSync(at('state/skills/bundle-snapshot/AGENTS.md'), '- x\n'.repeat(600));
    scene.snappy('regen', 'drain', '--tree', 'tree');
    expect(list('bundle-snapshot')).toContain(
      'snappy log bundle-snapshot "kept: <why>" --fixed --action-kind loader-rewritten   (to leave',
    );
    expect(list('snappy-ops')).toContain('My own work\n');
    expect(list('snappy-ops')).toContain('somebody has written this shape-ok brief by hand');
  });
});
