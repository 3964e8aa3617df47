import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges } from '../core/test-apply.ts';
import { realSystem } from '../core/system.ts';
import type { Runtime, Target } from '../runtimes/row.ts';
import { runtimes } from '../runtimes/table.ts';
import { jsonText, settingsOf } from '../wiring/json-text-arbitrary.ts';
import { tomlText } from '../wiring/toml-text-arbitrary.ts';
import { planRuntime, planRuntimeRemoval, type Known, type RuntimePlan, type Setting } from './plan-runtime.ts';
import type { InstallTarget } from './record.ts';
import { put, snapshot, testHome } from './test-home.ts';

type SettingsTarget = Exclude<Target, { kind: 'file' }>;

const here = testHome();
const known: Known = { targets: new Map(), trusted: [] };
const settingOf = (): Setting => ({
  // The seed of this project is a tree as far as wiring goes.
  tree: path.resolve('seed'),
  place: { home: here.home, env: {} },
  backups: path.join(here.base, 'backups'),
});

function settingsTargets(runtime: Runtime): SettingsTarget[] {
  const targets = runtime.targets({ ...settingOf(), trusted: [], seedText: () => '' });
  return targets.flatMap((target) => (target.kind === 'file' ? [] : [target]));
}

function remember({ record }: RuntimePlan): Known {
  const entries = [...record].filter((entry): entry is [string, InstallTarget] => entry[1] !== undefined);
  return { targets: new Map(entries), trusted: [] };
}

function carryOut(plan: RuntimePlan): Known {
  expect(plan.fault).toBeUndefined();
  applyChanges(realSystem(), plan.changes);
  return remember(plan);
}

function anyText(target: SettingsTarget): fc.Arbitrary<string> {
  if (target.kind === 'toml') return tomlText;
  const { hooks } = target.wanted;
  return jsonText(target.dialect, settingsOf(hooks?.shape ?? 'groups', hooks?.onlyKeys)).map(({ text }) => text);
}

const edited = runtimes.filter((runtime) =>
  runtime
    .targets({ tree: '/', place: { home: '/', env: {} }, trusted: [], seedText: () => '' })
    .some(({ kind }) => kind !== 'file'),
);

test('most runtimes have settings that are edited', () => {
  expect(edited.map(({ id }) => id)).toEqual(expect.arrayContaining(['claude-code', 'codex', 'gemini', 'openclaw']));
});

describe.each(edited)('the settings of $name', (runtime) => {
  test('are byte for byte what they were after two installs and an uninstall, whatever is in them', () => {
    const texts = fc.tuple(...settingsTargets(runtime).map(anyText));
    // Some programs do not read a file with a byte order mark: it is refused, so none is made here.
    const unmarked = settingsTargets(runtime).some((target) => target.kind === 'json' && target.noByteOrderMark);
    const mark = fc.constantFrom('', '', ...(unmarked ? [] : ['\uFEFF']));
    fc.assert(
      fc.property(texts, mark, (contents, bom) => {
        fs.rmSync(here.home, { recursive: true });
        settingsTargets(runtime).forEach(({ file }, at) => put(file, `${bom}${contents[at] ?? ''}`));
        const before = snapshot(here.home);
        const record = carryOut(planRuntime(realSystem(), settingOf(), runtime, known));
        const again = planRuntime(realSystem(), settingOf(), runtime, record);
        expect(again.changes).toEqual([]);
        expect(remember(again)).toEqual(record);
        carryOut(planRuntimeRemoval(realSystem(), settingOf(), runtime, record));
        for (const { file } of settingsTargets(runtime)) {
          const name = path.relative(here.home, file);
          expect(snapshot(here.home)[name]).toBe(before[name]);
        }
      }),
      { numRuns: 60 },
    );
  });

  const bad: [string, (target: SettingsTarget) => void, RegExp][] = [
    ['a text cut off', ({ file, kind }) => put(file, kind === 'toml' ? 'a = "' : '{"a": {'), /does not parse as /],
    ['bytes that are not UTF-8', ({ file }) => put(file, Buffer.from([0x7b, 0xff, 0x7d])), /is not UTF-8/],
    ['a folder', ({ file }) => fs.mkdirSync(file, { recursive: true }), /is a folder, not a file/],
    [
      'a link to nothing',
      ({ file }) => {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.symlinkSync('gone', file);
      },
      /a link to gone, which is not there/,
    ],
    [
      'a read-only file',
      ({ file, kind }) => {
        put(file, kind === 'toml' ? '' : '{}');
        fs.chmodSync(file, 0o444);
      },
      /is read-only/,
    ],
  ];
  test.each(bad)('are left alone, and all else of it with them: %s', (_, make, message) => {
    for (const target of settingsTargets(runtime)) {
      fs.rmSync(here.home, { recursive: true });
      make(target);
      const plan = planRuntime(realSystem(), settingOf(), runtime, known);
      expect(plan.fault?.code).toBe('refused');
      expect(plan.fault?.message).toMatch(message);
      expect(plan.fault?.message).toContain(target.file);
      expect(plan.fault?.hint).toBeDefined();
      expect([plan.changes, plan.copies]).toEqual([[], []]);
    }
  });

  test('are edited through a link, and the link is kept', () => {
    for (const { file, kind } of settingsTargets(runtime)) {
      put(path.join(here.base, 'dotfiles', path.basename(file)), kind === 'toml' ? 'a = 1\n' : '{}');
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.symlinkSync(path.join(here.base, 'dotfiles', path.basename(file)), file);
    }
    const before = snapshot(path.join(here.base, 'dotfiles'));
    const record = carryOut(planRuntime(realSystem(), settingOf(), runtime, known));
    for (const { file } of settingsTargets(runtime)) expect(fs.lstatSync(file).isSymbolicLink()).toBe(true);
    expect(snapshot(path.join(here.base, 'dotfiles'))).not.toEqual(before);
    carryOut(planRuntimeRemoval(realSystem(), settingOf(), runtime, record));
    for (const { file } of settingsTargets(runtime)) expect(fs.lstatSync(file).isSymbolicLink()).toBe(true);
    expect(snapshot(path.join(here.base, 'dotfiles'))).toEqual(before);
  });
});
