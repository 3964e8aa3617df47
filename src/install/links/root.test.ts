import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { installLinks, linkHome, putSkill, requestFor, snapshotOf, uninstallLinks } from './home.ts';
import { planLinks } from './plan.ts';
import { put } from '../test-home.ts';

const here = linkHome();
const twoSkills = (): void => void (putSkill(here, 'mail'), putSkill(here, 'pdf'));

describe('a root that is a link, or no folder', () => {
  test('a link of the user to a folder elsewhere is kept, and the links go into that folder', () => {
    twoSkills();
    fs.mkdirSync(path.join(here.home, 'dotfiles'));
    fs.mkdirSync(path.dirname(here.root));
    fs.symlinkSync('../dotfiles', here.root);
    const before = snapshotOf(here.home);
    installLinks(here);
    expect(fs.readlinkSync(here.root)).toBe('../dotfiles');
    expect(fs.readdirSync(path.join(here.home, 'dotfiles'))).toEqual(['mail', 'pdf']);
    expect(installLinks(here).changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('a link to the tree that the user has made is left alone, by uninstall too', () => {
    twoSkills();
    fs.mkdirSync(path.dirname(here.root));
    fs.symlinkSync(here.skills, here.root);
    expect(installLinks(here)).toMatchObject({
      changes: [],
      notes: [],
      faults: [],
      record: [],
      served: [{ form: 'own' }],
    });
    expect(uninstallLinks(here).changes).toEqual([]);
  });

  test('a link to the tree that the user has made in the place of ours is theirs', () => {
    twoSkills();
    installLinks(here);
    fs.rmSync(here.root);
    fs.symlinkSync(here.skills, path.join(here.home, 'alias'));
    fs.symlinkSync('../alias', here.root);
    const { record } = here;
    uninstallLinks(here);
    expect(fs.readlinkSync(here.root)).toBe('../alias');
    here.record = record;
    expect(installLinks(here)).toMatchObject({ changes: [], served: [{ form: 'own' }] });
  });

  test('a file, a link to nothing and a link into the tree are faults, and are left as they are', () => {
    twoSkills();
    put(here.root, 'a file');
    expect(installLinks(here).faults).toEqual([{ message: `${here.root} is not a folder: no skill is linked there` }]);
    fs.rmSync(here.root);
    fs.symlinkSync('nowhere', here.root);
    expect(installLinks(here).faults[0]?.message).toMatch(/leads nowhere/);
    fs.rmSync(here.root);
    fs.symlinkSync(path.join(here.skills, 'mail'), here.root);
    expect(installLinks(here).faults[0]?.message).toMatch(/leads into the tree/);
    fs.rmSync(path.dirname(here.root), { recursive: true });
    put(path.dirname(here.root), 'a file');
    expect(installLinks(here)).toMatchObject({
      changes: [],
      faults: [{ message: expect.stringMatching(/cannot be made/) }],
      served: [{ form: 'failed', skills: [] }],
    });
  });

  test('a folder that may not be written to is named before anything is changed', () => {
    putSkill(here, 'mail');
    fs.mkdirSync(path.dirname(here.root), { recursive: true });
    // The superuser, who may run this, may write everywhere.
    const access = vi.spyOn(fs, 'accessSync').mockImplementation(() => {
      throw new Error('EACCES');
    });
    const plan = planLinks(requestFor(here));
    access.mockRestore();
    expect(plan.changes).toEqual([]);
    expect(plan.faults).toEqual([
      { message: `${here.root} is left alone: ${path.dirname(here.root)} may not be written to` },
    ]);
    expect(plan.served).toEqual([{ root: here.root, form: 'failed', skills: [] }]);
    expect(planLinks(requestFor(here)).faults).toEqual([]);
  });

  test('a root that cannot be used costs the others nothing', () => {
    twoSkills();
    const [first] = requestFor(here).roots;
    put(path.join(here.home, 'file'), '');
    fs.symlinkSync('circle', path.join(here.home, 'circle'));
    const bad = ['file', 'circle'].map((name) => path.join(here.home, name, 'skills'));
    const roots = first === undefined ? [] : [...bad, here.root].map((root) => ({ ...first, root }));
    const plan = installLinks(here, { roots });
    expect(plan.served.map(({ form }) => form)).toEqual(['failed', 'failed', 'whole']);
    expect(plan.faults).toHaveLength(2);
    expect(uninstallLinks(here, { roots: [...bad, here.root] }).faults).toEqual([]);
    expect(fs.readdirSync(here.home).toSorted()).toEqual(['circle', 'file']);
  });

  test('two roots that are one folder by a link of the user are served once, in either order', () => {
    twoSkills();
    const other = path.join(here.home, '.claude', 'skills');
    fs.mkdirSync(path.dirname(other));
    fs.symlinkSync('../.agents/skills', other);
    const before = snapshotOf(here.home);
    const [first] = requestFor(here).roots;
    const roots = first === undefined ? [] : [{ ...first, root: other }, first];
    expect(installLinks(here, { roots }).faults).toEqual([]);
    expect(fs.readlinkSync(here.root)).toBe(here.skills);
    expect(installLinks(here, { roots: roots.toReversed() }).changes).toEqual([]);
    uninstallLinks(here, { roots: [other, here.root] });
    expect(snapshotOf(here.home)).toEqual(before);
  });
});
