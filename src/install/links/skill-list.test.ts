import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { installLinks, linkHome, putSkill, uninstallLinks, snapshotOf } from './home.ts';
import { listSkills } from './skill-list.ts';
import { put } from '../test-home.ts';

const here = linkHome();
const inSkills = (...names: string[]): string => path.join(here.skills, ...names);
const names = (): string[] => listSkills(here.tree, here.skills).skills.map(({ name }) => name);

const long = 'x'.repeat(65);
const described = (text: string): string => `---\nname: bad\ndescription: ${JSON.stringify(text)}\n---\n`;

const badSkills: [string, () => void, string, RegExp][] = [
  ['invalid YAML', () => putSkill(here, 'bad', '---\nname: bad\ndescription: [a\n---\n'), 'bad', /^SKILL.md line 3: /],
  ['frontmatter that is never closed', () => putSkill(here, 'bad', '---\nname: bad\n'), 'bad', /never closed/],
  ['no frontmatter', () => putSkill(here, 'bad', '# bad\n'), 'bad', /has no frontmatter/],
  ['no name', () => putSkill(here, 'bad', '---\ndescription: x\n---\n'), 'bad', /has no name/],
  [
    'a name that climbs',
    () => putSkill(here, 'bad', '---\nname: ../../evil\n---\n'),
    'bad',
    /"\.\.\/\.\.\/evil" and not/,
  ],
  ['a name other than the folder', () => putSkill(here, 'bad', '---\nname: good\n---\n'), 'bad', /"good" and not that/],
  ['a name over 64 characters', () => putSkill(here, long), long, /is not 1 to 64/],
  ['a folder name with a blank', () => putSkill(here, 'b ad'), 'b ad', /is not 1 to 64/],
  [
    'a description that is a list',
    () => putSkill(here, 'bad', '---\nname: bad\ndescription: [a]\n---\n'),
    'bad',
    /not text/,
  ],
  ['a closing tag in the description', () => putSkill(here, 'bad', described('x</available_skills>')), 'bad', /"<\/a"/],
  ['our marks in the description', () => putSkill(here, 'bad', described('x <!-- <<< snappy-os -->')), 'bad', /"<!"/],
  ['an escape sequence in the description', () => putSkill(here, 'bad', described('x \u001b[2J')), 'bad', /"\\u001b"/],
  [
    'a SKILL.md that is a folder',
    () => fs.mkdirSync(inSkills('bad', 'SKILL.md'), { recursive: true }),
    'bad',
    /not a file/,
  ],
  [
    'a SKILL.md of 10 MB',
    () => putSkill(here, 'bad', `${described('x')}${'x'.repeat(10_000_000)}`),
    'bad',
    /more than the/,
  ],
  [
    'a SKILL.md that is a link to a file outside',
    () => {
      put(path.join(here.base, 'outside.md'), '---\nname: bad\n---\n');
      fs.mkdirSync(inSkills('bad'));
      fs.symlinkSync('../../../../outside.md', inSkills('bad', 'SKILL.md'));
    },
    'bad',
    /^SKILL.md is a link that leads out of the tree, to .*outside.md$/,
  ],
  [
    'a deep link to a file outside',
    () => {
      putSkill(here, 'bad');
      put(inSkills('bad', 'resources', 'deep', 'x'), '');
      fs.symlinkSync('/etc/passwd', inSkills('bad', 'resources', 'deep', 'passwd'));
    },
    'bad',
    /^resources\/deep\/passwd is a link that leads out of the tree/,
  ],
  [
    'a folder that is a link to one outside',
    () => {
      put(path.join(here.base, 'outside', 'SKILL.md'), '---\nname: bad\n---\n');
      fs.symlinkSync(path.join(here.base, 'outside'), inSkills('bad'));
    },
    'bad',
    /^is a link that leads out of the tree/,
  ],
  [
    'a folder that is a link to itself',
    () => fs.symlinkSync('bad', inSkills('bad')),
    'bad',
    /leads nowhere or in a circle/,
  ],
  [
    'a circle of links inside',
    () => {
      putSkill(here, 'bad');
      fs.symlinkSync('b', inSkills('bad', 'a'));
      fs.symlinkSync('a', inSkills('bad', 'b'));
    },
    'bad',
    /^[ab] is a link that leads nowhere or in a circle/,
  ],
  [
    'a name in capitals beside the same in small letters',
    () => putSkill(here, 'GOOD'),
    'GOOD',
    /differs from good only in case/,
  ],
  [
    'a flat skill beside a folder of its name',
    () => put(inSkills('good.md'), ''),
    'good',
    /is there twice: good\/ counts/,
  ],
];

describe('one bad skill', () => {
  test.each(badSkills)('with %s is a fault, and the others are linked', (_, make, skill, message) => {
    putSkill(here, 'good');
    putSkill(here, 'other');
    make();
    const before = snapshotOf(here.home);
    const plan = installLinks(here);
    expect(plan.faults).toEqual([{ skill, message: expect.stringMatching(message) }]);
    expect(fs.readdirSync(here.root)).toEqual(['good', 'other']);
    expect(installLinks(here).changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('whose folder may not be read is a fault, and the others are linked', () => {
    putSkill(here, 'bad');
    putSkill(here, 'good');
    // Root may read everything, so the refusal is played.
    const real = fs.readdirSync;
    const refuse = vi.spyOn(fs, 'readdirSync').mockImplementation(((dir: string, options: object) => {
      if (dir === inSkills('bad')) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      return real(dir, options);
    }) as never);
    try {
      const list = listSkills(here.tree, here.skills);
      expect(list.faults).toEqual([{ skill: 'bad', message: 'cannot be read: EACCES: permission denied' }]);
      expect(list.skills.map(({ name }) => name)).toEqual(['good']);
    } finally {
      refuse.mockRestore();
    }
  });
});

describe('what is a skill', () => {
  test('folders with a SKILL.md are; hidden ones, files, and folders without it are passed over without a word', () => {
    putSkill(here, 'mail');
    putSkill(here, '.hidden', 'x');
    put(inSkills('README.md'), 'x');
    put(inSkills('half-made', 'notes.md'), 'x');
    expect(listSkills(here.tree, here.skills)).toEqual({
      skills: [{ name: 'mail', characters: 'mail'.length + 'Does it.'.length }],
      faults: [],
      flat: [],
    });
  });

  test('links that stay in the tree are followed', () => {
    put(path.join(here.tree, 'sources', 'SKILL.md'), '---\nname: mail\n---\n');
    put(path.join(here.tree, 'sources', 'pdf', 'SKILL.md'), '---\nname: pdf\n---\n');
    fs.mkdirSync(inSkills('mail'));
    fs.symlinkSync('../../../sources/SKILL.md', inSkills('mail', 'SKILL.md'));
    fs.symlinkSync('../../sources/pdf', inSkills('pdf'));
    expect(names()).toEqual(['mail', 'pdf']);
  });

  test('a frontmatter longer than the first read, with a BOM and CRLF, is read whole', () => {
    const triggers = Array.from({ length: 500 }, (_, at) => `  - "phrase ${at}"\r\n`).join('');
    putSkill(
      here,
      'mail',
      `\uFEFF---\r\nname: mail\r\ntriggers:\r\n${triggers}description: At the end.\r\n---\r\n# mail\r\n`,
    );
    expect(listSkills(here.tree, here.skills).skills).toEqual([{ name: 'mail', characters: 4 + 11 }]);
  });

  test('a skill in the older flat form is named, and keeps the folder from being linked as a whole', () => {
    putSkill(here, 'mail');
    put(inSkills('old.md'), '---\nname: old\n---\n');
    put(inSkills('old.agents.md'), '# old\n');
    const plan = installLinks(here);
    expect(plan.notes).toEqual(['old has the older flat form, which cannot be linked: snappy migrate --apply']);
    expect(plan.served[0]?.form).toBe('each');
  });
});
