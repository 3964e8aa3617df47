import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { installLinks, linkHome, putSkill, uninstallLinks, snapshotOf } from './home.ts';
import type { LinksPlan } from './plan.ts';
import { readSkillFiles, revisionOf } from '../../../seed/state/lib/revision.ts';
import { put } from '../test-home.ts';

const here = linkHome();
const at = (...names: string[]): string => path.join(here.root, ...names);
const copy = (): LinksPlan => installLinks(here, { symlinks: false });
const revision = (name: string): string => revisionOf(readSkillFiles(path.join(here.skills, name)) ?? new Map());

function putMail(): void {
  put(path.join(putSkill(here, 'mail'), 'resources', 'deep', 'send.sh'), '#!/bin/sh\n');
  fs.chmodSync(path.join(here.skills, 'mail', 'resources', 'deep', 'send.sh'), 0o755);
}

describe('where links are not possible', () => {
  test('a skill is copied with a marker of its revision, and uninstall takes the copy away', () => {
    putMail();
    fs.symlinkSync('SKILL.md', path.join(here.skills, 'mail', 'README.md'));
    const before = snapshotOf(here.home);
    copy();
    expect(snapshotOf(at('mail'))).toMatchObject({ 'resources/deep/send.sh': expect.stringMatching(/^100755/) });
    expect(fs.lstatSync(at('mail', 'README.md')).isFile()).toBe(true);
    expect(JSON.parse(fs.readFileSync(at('mail', '.snappy-copy.json'), 'utf8'))).toEqual({
      _v: 1,
      skill: 'mail',
      rev_id: revision('mail'),
    });
    expect(copy().changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('a copy that nobody has edited follows the skill', () => {
    putMail();
    copy();
    fs.rmSync(path.join(here.skills, 'mail', 'resources'), { recursive: true });
    put(path.join(here.skills, 'mail', 'AGENTS.md'), '# mail\n');
    copy();
    expect(fs.readdirSync(at('mail')).toSorted()).toEqual(['.snappy-copy.json', 'AGENTS.md', 'SKILL.md']);
    expect(copy().changes).toEqual([]);
    fs.rmSync(path.join(here.skills, 'mail'), { recursive: true });
    copy();
    expect(fs.readdirSync(here.home)).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['a changed file', () => put(at('mail', 'SKILL.md'), 'my own words')],
    ['a new file', () => put(at('mail', 'notes.md'), 'my own words')],
    ['a new folder', () => fs.mkdirSync(at('mail', 'mine'))],
    ['a new link', () => fs.symlinkSync('nowhere', at('mail', 'mine'))],
    ['its marker gone', () => fs.rmSync(at('mail', '.snappy-copy.json'))],
  ])('a copy with %s is never overwritten: a fault, and uninstall moves it to the backups', (_, edit) => {
    putMail();
    putSkill(here, 'pdf');
    copy();
    edit();
    const edited = snapshotOf(at('mail'));
    put(path.join(here.skills, 'mail', 'SKILL.md'), '---\nname: mail\ndescription: New.\n---\n');
    expect(copy()).toMatchObject({ changes: [], faults: [{ skill: 'mail' }] });
    // Also when links have become possible.
    expect(installLinks(here).faults).toHaveLength(1);
    expect(snapshotOf(at('mail'))).toEqual(edited);
    const plan = uninstallLinks(here);
    expect(fs.readdirSync(here.home)).toEqual([]);
    const kept = plan.changes.find((change) => change.kind === 'rename');
    expect(snapshotOf(kept?.to ?? '')).toEqual(edited);
    expect(plan.notes).toEqual([`the copy of mail was edited: it is moved to ${kept?.to}`]);
  });

  test('copies become links when links are possible, and links copies when they are not any more', () => {
    putMail();
    copy();
    expect(installLinks(here).served[0]?.form).toBe('whole');
    copy();
    expect(fs.lstatSync(at('mail')).isDirectory()).toBe(true);
    put(at('theirs'), '');
    installLinks(here);
    expect(fs.lstatSync(at('mail')).isSymbolicLink()).toBe(true);
    copy();
    uninstallLinks(here);
    expect(fs.readdirSync(here.root)).toEqual(['theirs']);
  });

  test('a folder of the user in the place of a copy is moved to the backups, and put back', () => {
    putMail();
    put(at('mail', 'SKILL.md'), 'my own');
    const before = snapshotOf(here.home);
    copy();
    expect(copy().changes).toEqual([]);
    uninstallLinks(here);
    expect(snapshotOf(here.home)).toEqual(before);
  });

  test('without the record, copies are known by their marker', () => {
    putMail();
    copy();
    here.record = [];
    expect(installLinks(here, { symlinks: false, adopt: true })).toMatchObject({ changes: [], faults: [] });
    here.record = [];
    uninstallLinks(here, { adopt: true });
    expect(fs.readdirSync(here.root)).toEqual([]);
  });

  test('a skill that is too much to be copied is a fault, and no empty folder is left for it', () => {
    const big = path.join(putSkill(here, 'mail'), 'model.bin');
    put(big, '');
    fs.truncateSync(big, 65 * 1024 * 1024);
    expect(copy()).toMatchObject({ changes: [], faults: [{ skill: 'mail' }], record: [] });
    putSkill(here, 'pdf');
    copy();
    expect(fs.readdirSync(here.root)).toEqual(['pdf']);
  });

  test('the marker of a copy that has become a skill of its own is not copied', () => {
    put(path.join(putSkill(here, 'mail'), '.snappy-copy.json'), 'old');
    copy();
    expect(copy()).toMatchObject({ changes: [], faults: [] });
  });
});

test('the revision is 12 hex digits that change with a byte, a name, or a border between two files', () => {
  const of = (files: Record<string, string>): string =>
    revisionOf(new Map(Object.entries(files).map(([name, text]) => [name, { bytes: Buffer.from(text), mode: 0o644 }])));
  const revisions = [
    of({ a: 'x', b: 'y' }),
    of({ a: 'xy', b: '' }),
    of({ a: 'x', c: 'y' }),
    of({ a: 'x', b: 'z' }),
    of({ a: 'x' }),
    of({}),
  ];
  expect(new Set(revisions).size).toBe(revisions.length);
  expect(revisions.every((text) => /^[0-9a-f]{12}$/.test(text))).toBe(true);
  expect(of({ b: 'y', a: 'x' })).toBe(revisions[0]);
});
