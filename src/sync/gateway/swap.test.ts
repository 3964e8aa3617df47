import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { deadFrom, failsOnce, fullFrom, withFaults } from '../../core/test-faults.ts';
import { hasOpenSwap, resumeSwaps, runSwap } from './swap.ts';
import type { SwapStep } from './swap.ts';
import { laidAt, Staging } from './staging.ts';
import type { LaidPlace } from './staging.ts';
import { sha256Of } from './test-pull-gateway.ts';
import { filesBelow } from './test-pull-world.ts';

const old = {
  'state/skills/ship/SKILL.md': 'old',
  'state/skills/ship/AGENTS.md': 'same',
  'state/skills/gone/SKILL.md': 'gone',
  'state/a': 'a file that becomes a folder',
  'state/run.sh': 'run',
};
const now = {
  'state/skills/ship/SKILL.md': 'new',
  'state/skills/ship/AGENTS.md': 'same',
  'state/skills/ship/resources/r.md': 'r',
  'state/skills/fresh/SKILL.md': 'fresh',
  'state/skills/fresh/deep/er.md': 'deep',
  'state/a/b': 'b',
  'state/run.sh': 'run, newer',
  'state/one.md': 'one',
};
const steps: readonly SwapStep[] = [
  { kind: 'delete', path: 'state/skills/gone/SKILL.md', was: sha256Of('gone') },
  { kind: 'delete', path: 'state/a', was: sha256Of('a file that becomes a folder') },
  { kind: 'put', path: 'state/skills/ship/SKILL.md', was: sha256Of('old'), is: sha256Of('new') },
  { kind: 'put', path: 'state/run.sh', was: sha256Of('run'), is: sha256Of('run, newer') },
  { kind: 'put', path: 'state/one.md', was: null, is: sha256Of('one') },
  { kind: 'folder', path: 'state/skills/ship/resources', files: [['state/skills/ship/resources/r.md', sha256Of('r')]] },
  {
    kind: 'folder',
    path: 'state/skills/fresh',
    files: [
      ['state/skills/fresh/SKILL.md', sha256Of('fresh')],
      ['state/skills/fresh/deep/er.md', sha256Of('deep')],
    ],
  },
  { kind: 'folder', path: 'state/a', files: [['state/a/b', sha256Of('b')]] },
];

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) fs.rmSync(root, { recursive: true, force: true });
});

const placeOf = (file: string): LaidPlace =>
  steps.some((step) => step.kind === 'put' && step.path === file) ? 'single' : 'new';

/** A tree as it was, with what is new laid aside. */
function prepare(): { readonly root: string; readonly staging: Staging } {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-swap-')));
  roots.push(root);
  for (const [file, text] of Object.entries(old)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text, { mode: file.endsWith('.sh') ? 0o750 : 0o640 });
  }
  const staging = new Staging(root);
  for (const [file, text] of Object.entries(now))
    if (!Object.hasOwn(old, file) || text !== Reflect.get(old, file))
      staging.lay(file, Buffer.from(text), { exec: file.endsWith('.sh'), place: placeOf(file) });
  return { root, staging };
}

const nothing = (): void => undefined;
const swap = ({ root, staging }: ReturnType<typeof prepare>): readonly string[] =>
  runSwap(root, staging.folder, { steps, stamps: new Map() }, nothing);

/** As another process would find it: what this one has in use is left over to that. */
function leave({ root, staging }: ReturnType<typeof prepare>): void {
  const parent = path.join(root, 'state/log/gateway/staged');
  fs.renameSync(staging.folder, path.join(parent, `${process.pid}-00000000`));
}

test('a swap brings a tree from the old to the new, and keeps the modes that files had', () => {
  const scene = prepare();
  expect(swap(scene)).toEqual([]);
  expect(filesBelow(scene.root)).toEqual(now);
  expect(fs.statSync(path.join(scene.root, 'state/run.sh')).mode & 0o777).toBe(0o750);
  expect(fs.statSync(path.join(scene.root, 'state/skills/ship/SKILL.md')).mode & 0o777).toBe(0o640);
  expect(fs.existsSync(path.join(scene.root, 'state/skills/gone'))).toBe(false);
  expect(hasOpenSwap(scene.root)).toBe(false);
});

/** The code of the error of the disk that `act` ends with; empty for none. */
function codeOf(act: () => void): string {
  try {
    act();
    return '';
  } catch (cause) {
    return String((cause as NodeJS.ErrnoException).code);
  }
}

test('killed at any call, and killed again as it is ended, a swap leaves the old tree or comes to the new one', () => {
  const whole = prepare();
  const before = filesBelow(whole.root);
  const calls = withFaults(nothing, () => void swap(whole));
  expect(calls).toBeGreaterThan(12);
  const outcomes = new Set<string>();
  for (let at = 1; at <= calls; at += 1) {
    const scene = prepare();
    expect(codeOf(() => withFaults(deadFrom(at), () => void swap(scene)))).toBe('EIO');
    leave(scene);
    const again = 1 + (at % 5);
    expect(codeOf(() => withFaults(deadFrom(again), () => resumeSwaps(scene.root, nothing)))).toMatch(/^(?:EIO)?$/);
    resumeSwaps(scene.root, nothing);
    const found = filesBelow(scene.root);
    expect([before, now], `call ${at}, then ${again}`).toContainEqual(found);
    outcomes.add(JSON.stringify(found));
    expect(hasOpenSwap(scene.root)).toBe(false);
  }
  expect(outcomes.size).toBe(2);
});

test('with a full disk, or a call that fails once, a swap comes to the new tree when it is ended later', () => {
  const whole = prepare();
  const before = filesBelow(whole.root);
  const calls = withFaults(nothing, () => void swap(whole));
  for (let at = 1; at <= calls; at += 1) {
    const scene = prepare();
    const fault = at % 2 === 0 ? fullFrom(at) : failsOnce(at, 'EACCES');
    expect(codeOf(() => withFaults(fault, () => void swap(scene)))).toMatch(/^(?:ENOSPC|EACCES)?$/);
    leave(scene);
    resumeSwaps(scene.root, nothing);
    expect([before, now], `call ${at}`).toContainEqual(filesBelow(scene.root));
  }
});

test('what somebody has edited before the swap, or before it is ended, stays as it is', () => {
  const scene = prepare();
  fs.writeFileSync(path.join(scene.root, 'state/skills/ship/SKILL.md'), 'mine');
  fs.writeFileSync(path.join(scene.root, 'state/skills/gone/SKILL.md'), 'mine too');
  fs.writeFileSync(path.join(scene.root, 'state/one.md'), 'my one');
  expect(swap(scene)).toEqual(['state/skills/gone/SKILL.md', 'state/skills/ship/SKILL.md', 'state/one.md']);
  expect(filesBelow(scene.root)).toEqual({
    ...now,
    'state/skills/ship/SKILL.md': 'mine',
    'state/skills/gone/SKILL.md': 'mine too',
    'state/one.md': 'my one',
  });
});

test('a folder that somebody has made meanwhile gets what it lacks, and a link that has come into the way is not followed', () => {
  const scene = prepare();
  const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-outside-'));
  roots.push(outside);
  fs.mkdirSync(path.join(scene.root, 'state/skills/fresh'));
  fs.writeFileSync(path.join(scene.root, 'state/skills/fresh/SKILL.md'), 'mine');
  fs.rmSync(path.join(scene.root, 'state/skills/ship'), { recursive: true });
  fs.symlinkSync(outside, path.join(scene.root, 'state/skills/ship'));
  expect(swap(scene).toSorted()).toEqual([
    'state/skills/fresh/SKILL.md',
    'state/skills/ship/SKILL.md',
    'state/skills/ship/resources/r.md',
  ]);
  expect(fs.readdirSync(outside)).toEqual([]);
  expect(filesBelow(scene.root)).toMatchObject({
    'state/skills/fresh/SKILL.md': 'mine',
    'state/skills/fresh/deep/er.md': 'deep',
  });
});

test('what was laid aside and lost its bytes when the power failed does not come in', () => {
  const scene = prepare();
  expect(() => withFaults(deadFrom(8), () => void swap(scene))).toThrow('EIO');
  fs.writeFileSync(laidAt(scene.staging.folder, 'state/skills/fresh/deep/er.md', 'new'), '');
  leave(scene);
  resumeSwaps(scene.root, nothing);
  const found = filesBelow(scene.root);
  expect(found['state/skills/fresh/deep/er.md']).toBeUndefined();
  expect(found).toMatchObject({ 'state/skills/fresh/SKILL.md': 'fresh', 'state/skills/ship/SKILL.md': 'new' });
});

test('what can never be done is passed over as a swap is ended, and the rest is done', () => {
  const scene = prepare();
  expect(() => withFaults(deadFrom(8), () => void swap(scene))).toThrow('EIO');
  leave(scene);
  let failed = 0;
  const tooLong = (_count: number, call: string): void => {
    if (call === 'renameSync' && failed++ === 0) throw Object.assign(new Error('too long'), { code: 'ENAMETOOLONG' });
  };
  withFaults(tooLong, () => expect(resumeSwaps(scene.root, nothing)).toBe(1));
  const found = filesBelow(scene.root);
  const differs = Object.entries(now).filter(([file, text]) => found[file] !== text);
  expect(differs).toHaveLength(1);
  expect(hasOpenSwap(scene.root)).toBe(false);
});

test('a torn journal, or one that leads out of the tree, is not followed', () => {
  for (const damage of [
    (text: string) => text.slice(0, -20),
    (text: string) => text.replace('state/one.md', '../../one.md'),
    () => '',
  ]) {
    const scene = prepare();
    const was = filesBelow(scene.root);
    // All but the renaming of the journal, and what comes after it.
    expect(() => withFaults(deadFrom(5), () => void swap(scene))).toThrow('EIO');
    const journal = ['journal', 'journal.part']
      .map((name) => path.join(scene.staging.folder, name))
      .find(fs.existsSync);
    fs.writeFileSync(path.join(scene.staging.folder, 'journal'), damage(fs.readFileSync(journal ?? '', 'utf8')));
    leave(scene);
    expect(resumeSwaps(scene.root, nothing)).toBe(0);
    expect(filesBelow(scene.root)).toEqual(was);
  }
});
