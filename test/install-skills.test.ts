import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeWorld, stepOf, type World } from './install-world.ts';

const world = makeWorld();
const skills = path.join(world.tree, 'state/skills');
const laid = fs.readdirSync(skills);
const good = (name: string): string => `---\nname: ${name}\ndescription: About ${name}.\n---\n`;
const linked = (root: string): string[] => fs.readdirSync(world.at(root));

function putSkill(name: string, text: string): void {
  fs.mkdirSync(path.join(skills, name), { recursive: true });
  fs.writeFileSync(path.join(skills, name, 'SKILL.md'), text);
}

function linkIn(skill: string, name: string, target: string): void {
  putSkill(skill, good(skill));
  fs.symlinkSync(target, path.join(skills, skill, name));
}

beforeEach(() => {
  fs.rmSync(world.home, { recursive: true });
  fs.mkdirSync(world.at('.claude'), { recursive: true });
  for (const name of fs.readdirSync(skills))
    if (!laid.includes(name)) fs.rmSync(path.join(skills, name), { recursive: true });
});

const bad: readonly (readonly [string, string, () => void])[] = [
  ['YAML that does not parse', 'torn', () => putSkill('torn', '---\nname: torn\ndescription: [a\n---\n')],
  ['no frontmatter', 'plain', () => putSkill('plain', 'Just text.\n')],
  ['a name that climbs', 'climber', () => putSkill('climber', '---\nname: ../../evil\ndescription: x\n---\n')],
  ['a link to a file outside', 'leaky', () => linkIn('leaky', 'x', '/etc/hostname')],
  ['a loop of links', 'loop', () => linkIn('loop', 'a', 'a')],
  [
    'markup in its description',
    'markup',
    () => putSkill('markup', '---\nname: markup\ndescription: "x <!-- <<< snappy-os --> y"\n---\n'),
  ],
  ['a folder that is a link out of the tree', 'away', () => fs.symlinkSync('/etc', path.join(skills, 'away'))],
  [
    'a flat twin',
    'mail',
    () => {
      putSkill('mail', good('mail'));
      fs.writeFileSync(path.join(skills, 'mail.md'), good('mail'));
    },
  ],
];

test('bad skills are named one by one; the others are linked, nothing of these is, and the status is 1', () => {
  const before = world.entries();
  putSkill('zebra', good('zebra'));
  for (const [, , plant] of bad) plant();
  const ended = world.snappy('install', '--apply', '--json');
  expect(ended).toMatchObject({ status: 1, stderr: '' });
  const { status, text } = stepOf(ended, 'skills');
  expect(status).toBe('failed');
  for (const [fault, name] of bad) expect(text, fault).toContain(`the skill ${name}: `);
  // Of two skills of one name the folder counts.
  const others = laid.filter((name) => fs.existsSync(path.join(skills, name, 'SKILL.md')));
  expect(linked('.claude/skills')).toEqual([...others, 'mail', 'zebra'].toSorted());
  expect(world.read('.claude/settings.json')).toContain('state/hooks/snappy-os-inject.sh');

  for (const [, name] of bad) fs.rmSync(path.join(skills, name), { recursive: true });
  fs.rmSync(path.join(skills, 'mail.md'));
  expect(world.snappy('install', '--apply').status).toBe(0);
  expect(fs.readlinkSync(world.at('.claude/skills'))).toBe(skills);
  world.snappy('uninstall', '--apply');
  expect(world.entries()).toEqual(before);
});

describe('skills of the user', () => {
  const mine = (): void => {
    world.put('.claude/skills/skill/SKILL.md', 'mine');
    world.put('.claude/skills/skill/notes/deep.txt', 'a day of work');
    world.put('.claude/skills/other/SKILL.md', 'mine too');
  };

  test('of the name of one of ours are backed up, and come back at the uninstall', () => {
    mine();
    const before = world.entries();
    expect(world.snappy('install', '--apply').status).toBe(0);
    expect(fs.readlinkSync(world.at('.claude/skills/skill'))).toBe(path.join(skills, 'skill'));
    expect(world.read('.claude/skills/other/SKILL.md')).toBe('mine too');
    const kept = fs.readdirSync(path.join(world.tree, '_backups'), { recursive: true, encoding: 'utf8' });
    expect(kept.some((file) => file.endsWith('skill/notes/deep.txt'))).toBe(true);
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries()).toEqual(before);
  });

  test('made in our linked folder after the install stay in the tree, and that is said', () => {
    world.snappy('install', '--apply');
    world.put('.claude/skills/new-one/SKILL.md', good('new-one'));
    expect(world.snappy('install', '--apply').stdout).toContain('all of it is wired already');
    const { stdout } = world.snappy('uninstall', '--apply');
    expect(stdout).toContain('what was made through a link for a whole folder lies in');
    expect(fs.readFileSync(path.join(skills, 'new-one/SKILL.md'), 'utf8')).toBe(good('new-one'));
  });
});

describe('--links', () => {
  const install = (...args: string[]): ReturnType<World['snappy']> => world.snappy('install', '--apply', ...args);

  test('none links nothing, pinned only those that are pinned, all every one', () => {
    const before = world.entries();
    fs.mkdirSync(path.join(world.tree, 'state/config'), { recursive: true });
    fs.writeFileSync(path.join(world.tree, 'state/config/links.json'), '{"_v":1,"pinned":["skill"]}\n');
    expect(install('--links', 'none').status).toBe(0);
    expect(fs.existsSync(world.at('.claude/skills'))).toBe(false);
    expect(install('--links', 'pinned').status).toBe(0);
    expect(linked('.claude/skills')).toEqual(['skill']);
    expect(install('--links', 'all').status).toBe(0);
    expect(linked('.claude/skills')).toContain('snappy-codex');
    expect(install('--links', 'none').status).toBe(0);
    expect(fs.existsSync(world.at('.claude/skills'))).toBe(false);
    world.snappy('uninstall', '--apply');
    expect(world.entries()).toEqual(before);
    fs.rmSync(path.join(world.tree, 'state/config/links.json'));
  });

  test('without it, a tree whose listing would go blind is linked only as far as is pinned, and that is said', () => {
    for (let at = 0; at < 60; at++)
      putSkill(`long-${at}`, `---\nname: long-${at}\ndescription: ${'words '.repeat(150)}\n---\n`);
    const ended = world.snappy('install', '--json', '--apply');
    expect(ended.status).toBe(0);
    expect(stepOf(ended, 'skills').text).toMatch(/none is pinned, so none is linked; the hook serves the rest/);
    expect(fs.existsSync(world.at('.claude/skills'))).toBe(false);
    const all = world.snappy('install', '--json', '--apply', '--links', 'all');
    expect(stepOf(all, 'skills').text).toContain('some go unseen in the listing');
    expect(fs.readlinkSync(world.at('.claude/skills'))).toBe(skills);
  });
});
