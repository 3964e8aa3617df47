import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { layout } from '../core/paths.ts';
import { realSystem } from '../core/system.ts';
import { applyChanges } from '../core/test-apply.ts';
import { claudeCode } from '../runtimes/claude-code.ts';
import { openclaw } from '../runtimes/openclaw.ts';
import { pi } from '../runtimes/pi.ts';
import type { Runtime } from '../runtimes/row.ts';
import { planInstall, planUninstall, type Plan } from './plan.ts';
import { put, snapshot, testHome } from './test-home.ts';

const here = testHome();
let extension = '';

beforeEach(() => {
  // No blank and no quote: its name has to be found again in a module.
  here.tree = path.join(here.base, 'tree');
  put(path.join(here.tree, layout.program), 'The contract.\n');
  put(path.join(here.tree, layout.hook), '#!/bin/sh\n');
  fs.mkdirSync(path.join(here.tree, layout.skills));
  for (const name of ['pi.js', 'openclaw.js'])
    put(path.join(here.tree, 'state/hooks/modules', name), "const hook = '@HOOK@';\n");
  extension = path.join(here.home, '.pi/agent/extensions/snappy.js');
});

function carryOut(plan: Plan): Plan {
  applyChanges(realSystem(), plan.changes);
  return plan;
}

const requestFor = (runtime: Runtime) => ({
  tree: here.tree,
  place: { home: here.home, env: {} },
  runtimes: [runtime],
  now: new Date(),
});
const install = (runtime: Runtime): Plan => carryOut(planInstall(realSystem(), requestFor(runtime)));
const uninstall = (runtime: Runtime): Plan => carryOut(planUninstall(realSystem(), requestFor(runtime)));
const notesOf = ({ runtimes }: Plan): readonly string[] => runtimes.flatMap(({ notes }) => notes);

describe('a file of the user’s in the place of our module', () => {
  test('comes back at uninstall, also when the tree has moved since', () => {
    put(extension, 'export default () => "mine";\n');
    const before = snapshot(here.home);
    expect(notesOf(install(pi))).toEqual([expect.stringMatching(/was there and is not ours/)]);
    fs.renameSync(here.tree, path.join(here.base, 'moved'));
    here.tree = path.join(here.base, 'moved');
    uninstall(pi);
    expect(snapshot(here.home)).toEqual(before);
  });

  test('is missed aloud when its copy has gone', () => {
    put(extension, 'mine\n');
    install(pi);
    fs.rmSync(path.join(here.tree, layout.backups), { recursive: true });
    expect(notesOf(uninstall(pi))).toEqual([expect.stringMatching(/which is not there any more/)]);
  });

  test('is never taken from outside of the backups, whatever the record says', () => {
    put(path.join(here.base, 'evil.js'), 'evil\n');
    put(extension, 'mine\n');
    install(pi);
    const file = path.join(here.tree, layout.installs);
    put(file, fs.readFileSync(file, 'utf8').replace(/"replaced": "[^"]+"/, `"replaced": "_backups/../../evil.js"`));
    uninstall(pi);
    expect(fs.existsSync(extension)).toBe(false);
  });
});

test('a module of ours that was edited is kept, and said, when it is laid anew', () => {
  install(pi);
  fs.appendFileSync(extension, '// mine\n');
  const plan = install(pi);
  expect(notesOf(plan)).toEqual([expect.stringMatching(/had been edited: that is kept in .*_backups/)]);
  const copy = plan.bookkeeping.find((change) => change.path.endsWith('pi/snappy.js'))?.path ?? '';
  expect(fs.readFileSync(copy, 'utf8')).toContain('// mine');
});

test('with the record lost a plugin goes as a whole', () => {
  const before = snapshot(here.home);
  install(openclaw);
  fs.rmSync(path.join(here.tree, layout.installs));
  expect(notesOf(install(openclaw))).toEqual([]);
  fs.rmSync(path.join(here.tree, layout.installs));
  uninstall(openclaw);
  expect(fs.existsSync(path.join(here.home, '.openclaw/extensions/snappy/package.json'))).toBe(false);
  expect(Object.keys(before)).toEqual([]);
});

test('settings that were made, and are a link of the user’s since, are written through', () => {
  install(claudeCode);
  const kept = path.join(here.home, 'dotfiles.json');
  fs.renameSync(here.settings, kept);
  fs.symlinkSync(kept, here.settings);
  uninstall(claudeCode);
  expect(fs.readlinkSync(here.settings)).toBe(kept);
  expect(fs.readFileSync(kept, 'utf8')).toBe('{}\n');
});

test.each([claudeCode, pi])('the uninstall of one tree leaves what is wired to another: $name', (runtime) => {
  install(runtime);
  const wired = snapshot(here.home);
  const second = path.join(here.base, 'second');
  fs.cpSync(here.tree, second, { recursive: true });
  fs.rmSync(path.join(second, layout.installs));
  here.tree = second;
  expect(notesOf(uninstall(runtime))).toEqual([
    expect.stringMatching(/is wired to another tree, .*\/tree, and stays so/),
  ]);
  expect(snapshot(here.home)).toEqual(wired);
});

test('a folder in the place of settings that were never wired is passed over', () => {
  fs.mkdirSync(here.settings, { recursive: true });
  expect(notesOf(uninstall(claudeCode))).toEqual([]);
});

test('a damaged record is copied before another takes its place', () => {
  install(claudeCode);
  const file = path.join(here.tree, layout.installs);
  put(file, '{"version":9}');
  const plan = uninstall(claudeCode);
  const copy = plan.bookkeeping.find((change) => change.path.endsWith('installs.json'))?.path ?? '';
  expect(copy).toContain('_backups');
  expect(fs.readFileSync(copy, 'utf8')).toBe('{"version":9}');
});
