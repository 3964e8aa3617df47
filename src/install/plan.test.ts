import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges } from '../core/test-apply.ts';
import { layout } from '../core/paths.ts';
import { drySystem, realSystem } from '../core/system.ts';
import { planInstall, type Plan } from './plan.ts';
import { install, notesOf, put, requestFor, snapshot, testHome, uninstall } from './test-home.ts';

const here = testHome();

describe('on a machine with no settings', () => {
  test('the hooks are written in the form Claude Code takes, the path quoted for a shell', () => {
    install(here);
    const { hooks } = JSON.parse(fs.readFileSync(here.settings, 'utf8'));
    const command = `'${here.base}/Ann'\\''s tree/state/hooks/snappy-os-inject.sh'`;
    expect(hooks.UserPromptSubmit).toEqual([
      { hooks: [{ type: 'command', command: `${command} prompt`, timeout: 10 }] },
    ]);
    expect(hooks.PreToolUse).toEqual([
      { matcher: 'Task|Agent', hooks: [{ type: 'command', command: `${command} subagent`, timeout: 10 }] },
    ]);
    expect(Object.keys(hooks)).toEqual([
      'SessionStart',
      'UserPromptSubmit',
      'PreToolUse',
      'PostToolUse',
      'FileChanged',
      'Stop',
    ]);
  });

  test('a second install changes nothing, and uninstall leaves no trace but a copy in the tree', () => {
    const before = snapshot(here.home);
    install(here);
    expect(install(here).changes).toEqual([]);
    uninstall(here);
    expect(snapshot(here.home)).toEqual(before);
    expect(fs.existsSync(path.join(here.tree, layout.installs))).toBe(false);
    expect(uninstall(here).changes).toEqual([]);
  });

  test('a plan alone changes nothing, and neither does applying it to the dry system', () => {
    const before = [snapshot(here.home), snapshot(here.tree)];
    const system = drySystem();
    applyChanges(system, planInstall(system, requestFor(here)).changes);
    expect(system.changes.map((change) => change.kind)).toEqual(['write', 'write', 'symlink']);
    expect([snapshot(here.home), snapshot(here.tree)]).toEqual(before);
  });
});

describe('on settings that were there', () => {
  const theirs = '\uFEFF{\r\n\t"model": "opus",\r\n\t"hooks": { "Stop": [ ] },\r\n\t"env": {}\r\n}';

  test('uninstall gives back every byte, the mode and a link', () => {
    put(path.join(here.home, 'dotfiles', 'claude.json'), theirs);
    fs.chmodSync(path.join(here.home, 'dotfiles', 'claude.json'), 0o640);
    fs.mkdirSync(path.dirname(here.settings));
    fs.symlinkSync('../dotfiles/claude.json', here.settings);
    const before = snapshot(here.home);
    install(here);
    expect(fs.lstatSync(here.settings).isSymbolicLink()).toBe(true);
    expect(snapshot(here.home)['dotfiles/claude.json']).toMatch(/^100640 efbbbf/);
    expect(snapshot(here.home)).not.toEqual(before);
    uninstall(here);
    expect(snapshot(here.home)).toEqual(before);
  });

  test('a copy that only the owner can read is kept in the tree', () => {
    put(here.settings, theirs);
    const copy = install(here).changes.find((change) => change.path.includes('_backups'))?.path ?? '';
    expect(fs.readFileSync(copy, 'utf8')).toBe(theirs);
    expect(fs.statSync(copy).mode & 0o777).toBe(0o600);
  });

  test('what was edited in between stays edited', () => {
    put(here.settings, '{\n  "model": "opus"\n}\n');
    install(here);
    const edited = fs
      .readFileSync(here.settings, 'utf8')
      .replace('"opus"', '"sonnet"')
      .replace('{\n', '{\n  "theme":   "dark",\n');
    fs.writeFileSync(here.settings, edited);
    uninstall(here);
    expect(fs.readFileSync(here.settings, 'utf8')).toBe('{\n  "theme":   "dark",\n  "model": "sonnet"\n}\n');
  });

  test('a file that another program has written anew keeps what is theirs, and its emptied parts go', () => {
    install(here);
    const parsed = JSON.parse(fs.readFileSync(here.settings, 'utf8'));
    fs.writeFileSync(here.settings, JSON.stringify({ ...parsed, model: 'opus' }));
    uninstall(here);
    expect(fs.readFileSync(here.settings, 'utf8')).toBe('{"model":"opus"}');
  });

  test('hooks of a tree that has moved are replaced', () => {
    install(here);
    fs.renameSync(here.tree, path.join(here.base, 'moved'));
    here.tree = path.join(here.base, 'moved');
    install(here);
    const text = fs.readFileSync(here.settings, 'utf8');
    expect(text).not.toContain('Ann');
    expect(text.match(/snappy-os-inject/g)).toHaveLength(6);
  });

  test('hooks that are switched off are pointed out', () => {
    put(here.settings, '{"disableAllHooks":true}');
    expect(notesOf(install(here))).toEqual([
      `disableAllHooks is on in ${here.settings}: no hook fires until it is taken out`,
    ]);
  });

  test('a file that changes between the plan and its end is not overwritten', () => {
    put(here.settings, '{}');
    const system = realSystem();
    const plan = planInstall(system, requestFor(here));
    fs.writeFileSync(here.settings, '{"new":1}');
    expect(() => applyChanges(system, plan.changes)).toThrow(/was changed by somebody else/);
    expect(fs.readFileSync(here.settings, 'utf8')).toBe('{"new":1}');
  });

  test('any file, installed twice and uninstalled, is the same to the byte', () => {
    const file = fc.tuple(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
      fc.constantFrom<string | number>(0, 2, '\t'),
      fc.boolean(),
    );
    fc.assert(
      fc.property(file, ([value, indent, crlf]) => {
        const { hooks: _, ...rest } = value;
        const text = JSON.stringify(rest, undefined, indent).replaceAll('\n', crlf ? '\r\n' : '\n');
        put(here.settings, text);
        install(here);
        install(here);
        uninstall(here);
        expect(fs.readFileSync(here.settings, 'utf8')).toBe(text);
        expect(fs.existsSync(path.join(here.tree, layout.installs))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the record', () => {
  test('that is damaged is named and not used: uninstall goes by what it recognises', () => {
    put(here.settings, '{"model":"opus"}');
    install(here);
    put(path.join(here.tree, layout.installs), '{"version":1,"targets":[{"file":"/etc/passwd","created":true}]}');
    expect(notesOf(uninstall(here))[0]).toMatch(/installs.json is damaged and is not used/);
    expect(fs.readFileSync(here.settings, 'utf8')).toBe('{"model":"opus"}');
  });

  test('that is lost leaves no hook and no link behind, and a second uninstall touches nothing', () => {
    put(here.settings, '{"model":"opus"}');
    const before = snapshot(here.home);
    install(here);
    fs.rmSync(path.join(here.tree, layout.installs));
    uninstall(here);
    expect(snapshot(here.home)).toEqual(before);
    fs.symlinkSync(path.join(here.tree, layout.skills), path.join(here.home, '.claude/skills'));
    expect(uninstall(here).changes).toEqual([]);
  });

  test('that names folders of others does not make uninstall remove them', () => {
    install(here);
    const file = path.join(here.tree, layout.installs);
    const other = path.join(here.base, 'other');
    fs.mkdirSync(other);
    const { targets, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8'));
    put(path.join(other, 'theirs.txt'), 'x');
    put(file, JSON.stringify({ ...rest, targets: [{ ...targets[0], folders: [other] }] }));
    uninstall(here);
    expect(fs.existsSync(other)).toBe(true);
  });
});

test('CLAUDE_CONFIG_DIR is honoured, with a word about the sessions that do not have it', () => {
  const moved = path.join(here.base, 'moved-settings');
  const plan = install(here, { CLAUDE_CONFIG_DIR: moved });
  expect(notesOf(plan)).toEqual([
    `CLAUDE_CONFIG_DIR is set: the hooks go to ${moved}, and fire only in sessions that are started with it`,
  ]);
  expect(fs.existsSync(path.join(moved, 'settings.json'))).toBe(true);
  expect(fs.existsSync(path.join(here.home, '.claude'))).toBe(false);
  uninstall(here, { CLAUDE_CONFIG_DIR: moved });
  expect(fs.existsSync(moved)).toBe(false);
});

test('the copies and the record come first, the folders that become empty last', () => {
  const order = (plan: Plan): string[] => plan.changes.map((change) => path.basename(change.path));
  expect(order(install(here))).toEqual(['installs.json', 'settings.json', 'skills']);
  expect(order(uninstall(here))).toEqual(['settings.json', 'installs.json', 'settings.json', 'skills', '.claude']);
});
