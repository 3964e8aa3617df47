import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { layout } from '../core/paths.ts';
import { install, notesOf, put, snapshot, testHome, uninstall } from './test-home.ts';

const here = testHome();
const link = (name: string): string => path.join(here.home, '.claude', 'skills', name);

test('each skill is linked; a folder without SKILL.md is none', () => {
  install(here);
  expect(fs.readdirSync(link(''))).toEqual(['mail']);
  expect(fs.readlinkSync(link('mail'))).toBe(path.join(here.tree, layout.skills, 'mail'));
});

test('what stands there already is never touched, also not by uninstall', () => {
  put(path.join(link('mail'), 'SKILL.md'), 'my own');
  fs.mkdirSync(path.join(here.base, 'elsewhere'));
  fs.symlinkSync(path.join(here.base, 'elsewhere'), link('other'));
  const before = snapshot(here.home);
  expect(notesOf(install(here))).toEqual([`${link('mail')} is yours and stays; skill mail is not linked there`]);
  uninstall(here);
  expect(snapshot(here.home)).toEqual(before);
});

test('a link to a skill that is gone is taken out at the next install', () => {
  install(here);
  fs.renameSync(path.join(here.tree, layout.skills, 'mail'), path.join(here.tree, layout.skills, 'post'));
  install(here);
  expect(fs.readdirSync(link(''))).toEqual(['post']);
});

test('a skill folder that leads out of the tree is not linked', () => {
  put(path.join(here.base, 'outside', 'SKILL.md'), 'x');
  fs.symlinkSync(path.join(here.base, 'outside'), path.join(here.tree, layout.skills, 'sly'));
  expect(notesOf(install(here))).toEqual(['skill sly is not linked: it leads out of the tree']);
  expect(fs.readdirSync(link(''))).toEqual(['mail']);
});

test('a skills folder that is the tree itself needs no links, and keeps its skills', () => {
  fs.mkdirSync(path.dirname(here.settings));
  fs.symlinkSync(path.join(here.tree, layout.skills), link(''));
  const skills = snapshot(path.join(here.tree, layout.skills));
  install(here);
  uninstall(here);
  expect(snapshot(path.join(here.tree, layout.skills))).toEqual(skills);
});
