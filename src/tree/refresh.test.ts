import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../seed/state/lib/seed-manifest.ts';
import { realSystem } from '../core/system.ts';
import { applyInit, planInit } from './init.ts';
import { findLaidText } from './laid-text.ts';
import { makePackage } from './package-fixture.ts';
import { applyRefresh, planRefresh } from './refresh.ts';
import type { Choice, RefreshPlan } from './refresh.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-refresh-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

const contract = 'program.md';
const loader = 'state/skills/one/AGENTS.md';
const old = makePackage(dir);
const renewed = makePackage(dir, '1.1.0', {
  'program.md': '# newer contract\n',
  'state/skills/one/AGENTS.md': '# one\n\nFirst.\n\nMiddle.\n\nLast, and newer.\n',
  'state/lib/new.ts': 'export const a = 1;\n',
  'state/hooks/run.sh': undefined,
});

let tree = '';
let count = 0;
beforeEach(async () => {
  tree = path.join(dir, `tree-${count++}`);
  await applyInit(realSystem(), planInit(old, tree), { git: false });
});

const read = (file: string): string => fs.readFileSync(path.join(tree, file), 'utf8');
const write = (file: string, text: string): void => fs.writeFileSync(path.join(tree, file), text);
const exists = (file: string): boolean => fs.existsSync(path.join(tree, file));
const baseOf = (file: string): string | undefined =>
  (JSON.parse(read('.seed-manifest.json')) as { files: Record<string, string> }).files[file];
const kinds = ({ steps }: RefreshPlan): Record<string, string> =>
  Object.fromEntries(steps.map(({ kind, path: file, reason }) => [file, kind === 'refuse' ? String(reason) : kind]));

/** Refreshes the tree from a package; the answer is what was done with each file, or why it was not. */
function refresh(source = renewed, choice?: Choice): Record<string, string> {
  const system = realSystem();
  const plan = planRefresh(system, source, tree, choice);
  applyRefresh(system, plan);
  return kinds(plan);
}

describe('a refresh', () => {
  test('brings unchanged files up to date, lays new and missing ones, and removes what left the seed', () => {
    fs.rmSync(path.join(tree, 'state/skills/one/SKILL.md'));
    expect(refresh()).toEqual({
      [contract]: 'renew',
      [loader]: 'renew',
      'state/lib/new.ts': 'lay',
      'state/skills/one/SKILL.md': 'lay',
      'state/hooks/run.sh': 'drop',
    });
    expect(read(contract)).toBe('# newer contract\n');
    expect(exists('state/hooks')).toBe(false);
    expect(refresh()).toEqual({});
  });

  test('refuses a file that was changed here and in the seed, and does the rest', () => {
    write(contract, '# my contract\n');
    expect(refresh()).toMatchObject({ [contract]: 'both-changed', [loader]: 'renew' });
    expect(read(contract)).toBe('# my contract\n');
    expect(refresh()).toEqual({ [contract]: 'both-changed' });
  });

  test('with --force lays the seed’s version and keeps every one of yours beside it', () => {
    write(`${contract}.bak`, 'an older backup\n');
    write(contract, '# my contract\n');
    expect(refresh(renewed, 'force')).toMatchObject({ [contract]: 'overwrite' });
    expect([read(contract), read(`${contract}.bak`), read(`${contract}.2.bak`)]).toEqual([
      '# newer contract\n',
      'an older backup\n',
      '# my contract\n',
    ]);
  });

  test('with --keep leaves yours and counts the seed’s change as seen, until the next one', () => {
    write(loader, '# one\n\nSharper.\n');
    expect(refresh(renewed, 'keep')).toMatchObject({ [loader]: 'keep' });
    expect(refresh()).toEqual({ [loader]: 'keep' });
    expect(refresh(makePackage(dir, '1.2.0', { [loader]: 'newest\n' }))).toMatchObject({ [loader]: 'both-changed' });
    expect(read(loader)).toBe('# one\n\nSharper.\n');
  });

  test('leaves a sharpened loader alone while the seed has nothing newer, also with --force', () => {
    write(loader, 'sharper\n');
    expect(refresh(old, 'force')).toEqual({ [loader]: 'keep' });
    expect(read(loader)).toBe('sharper\n');
  });

  test('refuses a changed part of the machinery even when the seed has nothing newer; --force repairs it', () => {
    write('state/hooks/run.sh', 'broken\n');
    expect(refresh(old)).toEqual({ 'state/hooks/run.sh': 'changed-here' });
    expect(refresh(old, 'force')).toEqual({ 'state/hooks/run.sh': 'overwrite' });
    expect(read('state/hooks/run.sh')).toBe('#!/bin/sh\n');
    expect(fs.statSync(path.join(tree, 'state/hooks/run.sh')).mode & 0o777).toBe(0o755);
  });

  test('leaves a file that left the seed and was changed here to the user, and says so', () => {
    write('state/hooks/run.sh', 'mine\n');
    expect(refresh()).toMatchObject({ 'state/hooks/run.sh': 'leave' });
    expect(read('state/hooks/run.sh')).toBe('mine\n');
    expect(refresh()).toEqual({});
  });

  test('opens nothing of the user’s for writing', () => {
    fs.mkdirSync(path.join(tree, 'state/skills/mine'), { recursive: true });
    const mine = ['program.local.md', '.env.cache', 'state/log/evals.ndjson', 'state/skills/mine/SKILL.md'];
    for (const file of mine) {
      write(file, 'mine\n');
      fs.chmodSync(path.join(tree, file), 0o400);
      fs.utimesSync(path.join(tree, file), 1, 1);
    }
    refresh(renewed, 'force');
    for (const file of mine)
      expect({ file, text: read(file), mtime: fs.statSync(path.join(tree, file)).mtimeMs }).toEqual({
        file,
        text: 'mine\n',
        mtime: 1000,
      });
  });

  test('writes nothing when there is nothing to do', () => {
    const system = realSystem();
    applyRefresh(system, planRefresh(system, old, tree));
    expect(system.changes).toEqual([]);
  });
});

describe('a tree that is not as it should be', () => {
  test('without a manifest that can be read, what differs is refused and what is equal goes on', () => {
    write('.seed-manifest.json', '{ torn');
    write(loader, 'sharper\n');
    const plan = planRefresh(realSystem(), old, tree);
    expect(plan.fault).toBe('the seed manifest is not JSON');
    expect(kinds(plan)).toEqual({ [loader]: 'unknown-base' });
    applyRefresh(realSystem(), plan);
    expect(baseOf(contract)).toMatch(/^[0-9a-f]{64}$/);
    expect(baseOf(loader)).toBeUndefined();
  });

  test('a manifest that names the user’s files does not make them the seed’s to remove', () => {
    const mine = ['sources/notes.md', '.git/config', 'program.local.md', '.env.cache', 'state/log/loader-feedback.log'];
    const manifest = JSON.parse(read('.seed-manifest.json')) as { files: Record<string, string> };
    for (const file of mine) {
      fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      write(file, 'mine\n');
      manifest.files[file] = sha256('mine\n');
    }
    write('.seed-manifest.json', JSON.stringify(manifest));
    expect(refresh(old)).toEqual({});
    expect(mine.map(read)).toEqual(mine.map(() => 'mine\n'));
  });

  test('nothing is written through a link', () => {
    const outside = path.join(dir, 'outside');
    fs.mkdirSync(outside, { recursive: true });
    fs.writeFileSync(path.join(outside, 'AGENTS.md'), '# one\n\nFirst.\n\nMiddle.\n\nLast.\n');
    fs.rmSync(path.join(tree, 'state/skills/one'), { recursive: true });
    fs.symlinkSync(outside, path.join(tree, 'state/skills/one'));
    expect(refresh(renewed, 'force')).toMatchObject({
      [loader]: 'no-plain-file',
      'state/skills/one/SKILL.md': 'no-plain-file',
    });
    expect(fs.readdirSync(outside)).toEqual(['AGENTS.md']);
  });

  test('an older package is refused', () => {
    refresh();
    expect(() => refresh(old)).toThrow('the tree was laid by snappy-os 1.1.0, and this is the older 1.0.0');
  });

  test('a file that is changed between the plan and its execution is left as it is', () => {
    const plan = planRefresh(realSystem(), renewed, tree);
    write(contract, 'just now\n');
    expect(() => applyRefresh(realSystem(), plan)).toThrow('was changed by somebody else since the plan was made');
    expect(read(contract)).toBe('just now\n');
  });
});

test('the text as it was laid is found in the tree’s own history, by its sha256', async () => {
  const place = path.join(dir, 'with-history');
  await applyInit(realSystem(), planInit(old, place), { git: true });
  tree = place;
  write(contract, 'changed\n');
  expect(findLaidText(place, contract, baseOf(contract))).toBe('# contract\n');
  expect(findLaidText(place, contract, baseOf(loader))).toBeUndefined();
  expect(findLaidText(path.join(dir, 'tree-0'), contract, baseOf(contract))).toBeUndefined();
});
