import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { installLinks, linkHome, putSkill, requestFor, uninstallLinks, snapshotOf } from './home.ts';
import { planLinks, planUnlink } from './plan.ts';
import { put } from '../test-home.ts';

const here = linkHome();
const at = (...names: string[]): string => path.join(here.root, ...names);
const kinds = (plan: { changes: readonly { kind: string }[] }): string[] => plan.changes.map(({ kind }) => kind);
const listed = (): string[] => fs.readdirSync(here.root).toSorted();
const isLink = (file: string): boolean => fs.lstatSync(file).isSymbolicLink();
const twoSkills = (): void => void (putSkill(here, 'mail'), putSkill(here, 'pdf'));

describe('a root that is not there, or holds nothing', () => {
  test('becomes one link, and goes again with the folders that were made for it', () => {
    twoSkills();
    const before = snapshotOf(here.home);
    const plan = installLinks(here);
    expect(plan.served).toEqual([{ root: here.root, form: 'whole', skills: ['mail', 'pdf'] }]);
    expect(fs.readlinkSync(here.root)).toBe(here.skills);
    expect(installLinks(here).changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
    expect(here.record).toEqual([]);
  });

  test('an empty folder comes back as it was, with its mode', () => {
    twoSkills();
    fs.mkdirSync(here.root, { recursive: true });
    fs.chmodSync(here.root, 0o700);
    const before = snapshotOf(here.home);
    installLinks(here);
    expect(isLink(here.root)).toBe(true);
    expect(installLinks(here).changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('is given links for each skill where a runtime does not follow one for all', () => {
    twoSkills();
    const roots = requestFor(here).roots.map((root) => ({ ...root, wholeLink: false }));
    expect(kinds(installLinks(here, { roots }))).toEqual(['mkdir', 'symlink', 'symlink']);
    expect(installLinks(here, { roots }).changes).toEqual([]);
    uninstallLinks(here);
    expect(fs.readdirSync(here.home)).toEqual([]);
  });

  test('folders that were made stay where somebody else has put something', () => {
    twoSkills();
    installLinks(here);
    put(path.join(here.home, '.agents', 'theirs'), '');
    expect(kinds(uninstallLinks(here))).toEqual(['remove']);
    expect(fs.readdirSync(path.join(here.home, '.agents'))).toEqual(['theirs']);
  });

  test('what was made through the link is in the tree, stays there, and is said', () => {
    twoSkills();
    installLinks(here);
    put(at('new', 'SKILL.md'), '---\nname: new\n---\n');
    expect(uninstallLinks(here).notes).toEqual([
      `what was made through a link for a whole folder lies in ${here.skills}, and stays there`,
    ]);
    expect(fs.existsSync(path.join(here.skills, 'new', 'SKILL.md'))).toBe(true);
  });
});

describe('a root with something of the user in it', () => {
  test('keeps it, has a link for each skill beside it, and is as it was after uninstall', () => {
    twoSkills();
    put(at('theirs', 'SKILL.md'), 'x');
    fs.symlinkSync('../elsewhere', at('dangling'));
    const before = snapshotOf(here.home);
    expect(kinds(installLinks(here))).toEqual(['symlink', 'symlink']);
    expect(listed()).toEqual(['dangling', 'mail', 'pdf', 'theirs']);
    expect(installLinks(here).changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test.each<[string, (file: string) => void]>([
    ['a folder', (file) => (put(path.join(file, 'SKILL.md'), 'my own'), fs.chmodSync(file, 0o750))],
    ['a file', (file) => put(file, 'my own')],
    ['a link to elsewhere', (file) => fs.symlinkSync('../../elsewhere', file)],
    ['a link to another skill of the tree', (file) => fs.symlinkSync(path.join(here.skills, 'pdf'), file)],
  ])('%s with the name of a skill is moved to the backups, and put back', (_, make) => {
    twoSkills();
    fs.mkdirSync(here.root, { recursive: true });
    make(at('mail'));
    const before = snapshotOf(here.home);
    const plan = installLinks(here);
    const kept = path.join(here.tree, '_backups', 'run-1', 'skills', 'agents-skills', 'mail');
    expect(plan.notes).toEqual([
      `${at('mail')} makes way for the tree's skill: it is moved to ${kept}, and uninstall puts it back`,
    ]);
    expect(fs.lstatSync(kept)).toBeDefined();
    expect(fs.readlinkSync(at('mail'))).toBe(path.join(here.skills, 'mail'));
    expect(installLinks(here).changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('a link that they have made themselves to the right skill is used, and stays theirs', () => {
    twoSkills();
    fs.mkdirSync(here.root, { recursive: true });
    fs.symlinkSync(path.join(here.skills, 'mail'), at('mail'));
    const before = snapshotOf(here.home);
    expect(kinds(installLinks(here))).toEqual(['symlink']);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('a folder of theirs that has come in the place of our link since is what comes back', () => {
    twoSkills();
    put(at('mail', 'SKILL.md'), 'first');
    installLinks(here);
    fs.rmSync(at('mail'));
    put(at('mail', 'SKILL.md'), 'second');
    installLinks(here);
    uninstallLinks(here);
    expect(fs.readFileSync(at('mail', 'SKILL.md'), 'utf8')).toBe('second');
    const first = path.join(here.tree, '_backups', 'run-1', 'skills', 'agents-skills', 'mail', 'SKILL.md');
    expect(fs.readFileSync(first, 'utf8')).toBe('first');
  });

  test('two of one name are kept apart in the backups, in one run and over earlier ones', () => {
    putSkill(here, 'mail');
    const other = path.join(here.base, 'work', '.agents', 'skills');
    for (const root of [here.root, other]) put(path.join(root, 'mail', 'SKILL.md'), root);
    const before = [snapshotOf(here.home), snapshotOf(path.join(here.base, 'work'))];
    const [first] = requestFor(here).roots;
    const roots = first === undefined ? [] : [first, { ...first, root: other }];
    const backups = path.join(here.tree, '_backups', 'now');
    const earlier = path.join(backups, 'skills', 'agents-skills', 'mail');
    put(earlier, 'of an earlier run');
    installLinks(here, { roots, backups });
    expect(fs.readdirSync(path.dirname(earlier)).toSorted()).toEqual(['mail', 'mail-2', 'mail-3']);
    uninstallLinks(here, { roots: [here.root, other] });
    expect([snapshotOf(here.home), snapshotOf(path.join(here.base, 'work'))]).toEqual(before);
    expect(fs.readFileSync(earlier, 'utf8')).toBe('of an earlier run');
  });

  test('a link of ours that they have turned elsewhere is theirs: uninstall leaves it, install keeps it', () => {
    twoSkills();
    put(at('theirs'), '');
    installLinks(here);
    fs.rmSync(at('mail'));
    fs.symlinkSync('elsewhere', at('mail'));
    const { record } = here;
    uninstallLinks(here);
    expect(listed()).toEqual(['mail', 'theirs']);
    expect(fs.readlinkSync(at('mail'))).toBe('elsewhere');
    here.record = record;
    installLinks(here);
    uninstallLinks(here);
    expect(fs.readlinkSync(at('mail'))).toBe('elsewhere');
  });

  test('nothing is put back over what stands there by now; it is said where it is', () => {
    twoSkills();
    put(at('mail', 'SKILL.md'), 'first');
    installLinks(here);
    fs.rmSync(at('mail'));
    put(at('mail', 'SKILL.md'), 'second');
    expect(uninstallLinks(here).notes).toEqual([expect.stringMatching(/mail is not put back, its place is taken/)]);
    expect(fs.readFileSync(at('mail', 'SKILL.md'), 'utf8')).toBe('second');
  });

  test('a folder that differs only in case is in the way where the file system takes the two for one', () => {
    putSkill(here, 'mail');
    put(at('Mail', 'SKILL.md'), 'my own');
    expect(kinds(planLinks(requestFor(here)))).toEqual(['symlink']);
    // As on macOS and Windows: what is asked of the one is answered of the other.
    const real = fs.lstatSync;
    const played = vi
      .spyOn(fs, 'lstatSync')
      .mockImplementation(((file: string, options: object) =>
        real(file === at('mail') ? at('Mail') : file, options)) as never);
    try {
      const plan = planLinks(requestFor(here));
      expect(kinds(plan)).toEqual(['mkdir', 'rename', 'symlink']);
      expect(plan.changes[1]).toMatchObject({ path: at('Mail') });
      expect(Object.keys(plan.record[0]?.moved ?? {})).toEqual(['Mail']);
    } finally {
      played.mockRestore();
    }
  });

  test('a copy of ours beside a folder that differs only in case gives way to a link', () => {
    putSkill(here, 'mail');
    put(at('Mail', 'SKILL.md'), 'my own');
    installLinks(here, { symlinks: false });
    installLinks(here);
    expect(listed()).toEqual(['Mail', 'mail']);
    expect(installLinks(here).changes).toEqual([]);
  });

  test('the folder that the tree itself lies in is not moved', () => {
    twoSkills();
    const root = here.base;
    const tree = path.basename(here.tree);
    putSkill(here, tree);
    const plan = installLinks(here, { roots: [{ root, runtimes: ['Pi'], wholeLink: true, listing: 8000 }] });
    expect(plan.faults).toEqual([{ skill: tree, message: expect.stringContaining('the tree lies in it') }]);
    expect(isLink(path.join(root, 'mail'))).toBe(true);
  });
});

describe('what changes between two installs', () => {
  test('links to skills that are gone or renamed go, and what had stood there comes back', () => {
    twoSkills();
    put(at('mail', 'SKILL.md'), 'my own');
    installLinks(here);
    fs.renameSync(path.join(here.skills, 'mail'), path.join(here.skills, 'post'));
    putSkill(here, 'post');
    installLinks(here);
    expect(listed()).toEqual(['mail', 'pdf', 'post']);
    expect(fs.readFileSync(at('mail', 'SKILL.md'), 'utf8')).toBe('my own');
  });

  test('a tree that has moved takes its links along, one for all or one for each', () => {
    twoSkills();
    const each = path.join(here.home, 'each');
    put(path.join(each, 'theirs', 'x'), '');
    const [first] = requestFor(here).roots;
    const roots = first === undefined ? [] : [first, { ...first, root: each }];
    installLinks(here, { roots });
    const moved = path.join(here.base, 'moved');
    fs.renameSync(here.tree, moved);
    const skills = path.join(moved, 'state', 'skills');
    Object.assign(here, { tree: moved, skills });
    installLinks(here, { roots });
    expect(fs.readlinkSync(here.root)).toBe(skills);
    expect(fs.readlinkSync(path.join(each, 'mail'))).toBe(path.join(skills, 'mail'));
    uninstallLinks(here, { roots: [here.root, each] });
    expect(fs.readdirSync(each)).toEqual(['theirs']);
  });

  test('a bad skill turns the one link into one for each of the others, and back when it is mended', () => {
    twoSkills();
    const before = snapshotOf(here.home);
    installLinks(here);
    putSkill(here, 'bad', 'no frontmatter');
    expect(installLinks(here).faults).toHaveLength(1);
    expect(listed()).toEqual(['mail', 'pdf']);
    expect(isLink(here.root)).toBe(false);
    putSkill(here, 'bad');
    expect(installLinks(here).faults).toEqual([]);
    expect(fs.readlinkSync(here.root)).toBe(here.skills);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('the empty folder behind the one link comes back when links for each take over', () => {
    twoSkills();
    fs.mkdirSync(here.root, { recursive: true });
    fs.chmodSync(here.root, 0o711);
    const before = snapshotOf(here.home);
    installLinks(here);
    putSkill(here, 'bad', 'no frontmatter');
    installLinks(here);
    expect(fs.statSync(here.root).mode & 0o777).toBe(0o711);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
    installLinks(here, { mode: 'all' });
    putSkill(here, 'bad');
    installLinks(here);
    expect(isLink(here.root)).toBe(true);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('what somebody has put into the folder that came back stays, in a folder of the same mode', () => {
    twoSkills();
    fs.mkdirSync(here.root, { recursive: true });
    fs.chmodSync(here.root, 0o711);
    installLinks(here);
    putSkill(here, 'bad', 'no frontmatter');
    installLinks(here);
    put(at('theirs'), 'x');
    uninstallLinks(here);
    expect(listed()).toEqual(['theirs']);
    expect(fs.statSync(here.root).mode & 0o777).toBe(0o711);
    expect(here.record).toEqual([]);
  });

  test('without the record, install and uninstall go by links of exactly our form', () => {
    twoSkills();
    put(at('theirs'), '');
    installLinks(here);
    here.record = [];
    fs.symlinkSync(path.join(here.skills, 'mail'), at('alias'));
    expect(uninstallLinks(here).changes).toEqual([]);
    expect(installLinks(here, { adopt: true }).record[0]?.links).toEqual(['mail', 'pdf']);
    here.record = [];
    uninstallLinks(here, { adopt: true });
    expect(listed()).toEqual(['alias', 'theirs']);
  });

  test('a record that names folders and backups of others makes nothing of them be touched', () => {
    twoSkills();
    put(at('mail', 'SKILL.md'), 'my own');
    installLinks(here);
    const other = path.join(here.base, 'other');
    fs.mkdirSync(other);
    here.record = here.record.map((entry) => ({ ...entry, made: [other], links: [...entry.links, 'other'] }));
    uninstallLinks(here);
    expect(fs.existsSync(other)).toBe(true);
    here.record = [
      {
        root: here.root,
        skills: here.skills,
        form: 'each',
        made: [],
        links: [],
        copies: [],
        moved: { x: '_backups/../../home' },
      },
    ];
    expect(() => requestFor(here)).toThrow('moved');
    // Nor where the form is right and the place is not.
    const moved = { mail: 'state/skills/mail' };
    const plan = planUnlink({
      ...requestFor({ ...here, record: [] }),
      roots: [here.root],
      record: here.record.map((entry) => ({ ...entry, moved })),
    });
    expect(plan.changes).toEqual([]);
  });
});

test('a plan changes nothing', () => {
  twoSkills();
  put(at('mail', 'SKILL.md'), 'my own');
  const before = snapshotOf(here.base);
  planLinks(requestFor(here));
  expect(snapshotOf(here.base)).toEqual(before);
});

test('a folder of skills that is a link is refused, and links that are there stay', () => {
  twoSkills();
  installLinks(here);
  const before = snapshotOf(here.home);
  fs.renameSync(here.skills, path.join(here.base, 'outside'));
  fs.symlinkSync(path.join(here.base, 'outside'), here.skills);
  const plan = installLinks(here);
  expect(plan.faults).toEqual([{ message: `${here.skills} is not there, or is a link: no skill is linked` }]);
  expect(plan.record).toHaveLength(1);
  expect(snapshotOf(here.home)).toEqual(before);
});
