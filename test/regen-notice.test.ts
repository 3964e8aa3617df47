import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { EditRow } from '../seed/state/lib/edit.ts';
import { makeScene } from './program.ts';

const scene = makeScene();
const loader = 'tree/state/skills/skill/AGENTS.md';

const append = (file: string, text: string): void => fs.appendFileSync(path.join(scene.dir, file), text);
const queue = (): string[] =>
  fs.readdirSync(path.join(scene.dir, 'tree/state/log/regen-queue')).filter((name) => name.endsWith('.edit.json'));
const notice = (...flags: string[]): EditRow[] =>
  (JSON.parse(scene.snappy('regen', 'notice', '--tree', 'tree', '--json', ...flags).stdout) as { edits: EditRow[] })
    .edits;

beforeAll(() => {
  scene.snappy('init', 'tree');
  scene.snappy('regen', 'notice', '--tree', 'tree');
});

test('an edit is noted once, with who saw it', () => {
  append(loader, '- noted by the tool\n');
  const dry = scene.snappy('regen', 'notice', '--tree', 'tree', '--dry');
  expect([dry.status, dry.stdout]).toEqual([
    0,
    'Would be noted:\n  skill  +1 -0  AGENTS.md\n\nNothing was changed: this is what would be noted.\n',
  ]);
  expect(queue()).toEqual([]);
  const [row, ...others] = notice('--runtime', 'codex', '--session', 'abc', '--how', 'tool');
  expect([row?.skill, row?.runtime, row?.session, row?.how, others]).toEqual(['skill', 'codex', 'abc', 'tool', []]);
  expect(queue()).toEqual([`skill.${String(row?.id)}.edit.json`]);
  const again = scene.snappy('regen', 'notice', '--tree', 'tree');
  expect([again.status, again.stdout]).toEqual([0, 'Nothing was changed: the skills are as they were last seen.\n']);
});

test('the index is brought up to date first', () => {
  const skill = path.join(scene.dir, 'tree/state/skills/pelican');
  fs.mkdirSync(skill);
  fs.writeFileSync(
    path.join(skill, 'SKILL.md'),
    '---\nname: pelican\ndescription: "Counts pelicans. Use it when birds are asked for."\n---\n# pelican\n',
  );
  fs.writeFileSync(path.join(skill, 'AGENTS.md'), '# pelican\n- count them\n');
  expect(notice('--how', 'watched', '--runtime', 'gemini').map(({ skill: name, before }) => [name, before])).toEqual([
    ['pelican', null],
  ]);
  expect(scene.snappy('match', '/pelican', '--tree', 'tree').stdout).toContain('count them');
});

test.each([
  [['--how', 'guessed'], /--how "guessed" is none of tool, watched, found/],
  [['--session', 'two\nlines'], /--session is not a name/],
  [['--session', 'x'.repeat(257)], /at most 256 characters/],
  [['--runtime', '\u001b[31m'], /--runtime is not a name/],
])('%j is refused', (flags, says) => {
  const ended = scene.snappy('regen', 'notice', '--tree', 'tree', ...flags);
  expect([ended.status, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toMatch(says);
});

test('several that notice at once note an edit once', async () => {
  const known = queue().length;
  append(loader, '- noted by one of many\n');
  const running = Array.from({ length: 4 }, () => scene.start('regen', 'notice', '--tree', 'tree'));
  const ends = await Promise.all(running.map((child) => once(child, 'exit')));
  expect(ends.map(([status]) => status as unknown)).toEqual([0, 0, 0, 0]);
  expect(queue().length).toBe(known + 1);
});

test('a look that finds no room on the disk says that nothing is lost, and the next one notes the edit', () => {
  append(loader, `- noted when there was room again\n`);
  const limited = scene.run(
    'sh',
    '-c',
    `ulimit -f 0; trap '' XFSZ; exec "$0" "$@"`,
    process.execPath,
    path.resolve('dist/snappy.js'),
    'regen',
    'notice',
    '--tree',
    'tree',
  );
  expect(limited.status).toBe(1);
  // Which of these depends on what a compile in the background has left to write: the index, or the lock.
  expect(limited.stderr).toMatch(/could not be written: .*\n {2}(no edit is lost|nothing was changed)/);
  expect(notice().length).toBe(1);
});
