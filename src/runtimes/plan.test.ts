import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyChanges } from '../core/apply.ts';
import { SnappyError } from '../core/errors.ts';
import { layout } from '../core/paths.ts';
import { drySystem, realSystem } from '../core/system.ts';
import { claudeCode } from './claude-code.ts';
import { planInstall, planUninstall, type Plan } from './plan.ts';

let base: string;
let tree: string;
let home: string;
let settings: string;

beforeEach(() => {
  base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-plan-'));
  tree = path.join(base, "Ann's tree");
  home = path.join(base, 'home');
  settings = path.join(home, '.claude', 'settings.json');
  fs.mkdirSync(home);
  put(path.join(tree, layout.hook), '#!/bin/sh\n');
  put(path.join(tree, layout.skills, 'mail', 'SKILL.md'), '---\nname: mail\n---\n');
  put(path.join(tree, layout.skills, 'half-made', 'notes.md'), 'no SKILL.md yet\n');
});

afterEach(() => fs.rmSync(base, { recursive: true }));

function put(file: string, data: string | Buffer): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, data);
}

const request = (env: NodeJS.ProcessEnv = {}) => ({ tree, place: { home, env }, runtimes: [claudeCode], now: new Date() });

function install(env?: NodeJS.ProcessEnv): Plan {
  const system = realSystem();
  const plan = planInstall(system, request(env));
  applyChanges(system, plan.changes);
  return plan;
}

function uninstall(env?: NodeJS.ProcessEnv): Plan {
  const system = realSystem();
  const plan = planUninstall(system, request(env));
  applyChanges(system, plan.changes);
  return plan;
}

/** Every entry below a folder: its bytes, its mode, or where it leads. */
function snapshot(dir: string): Record<string, string> {
  const entries = fs.readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const mode = fs.lstatSync(file).mode.toString(8);
    const held = entry.isSymbolicLink() ? `-> ${fs.readlinkSync(file)}` : entry.isFile() ? fs.readFileSync(file, 'hex') : '';
    return [path.relative(dir, file), `${mode} ${held}`];
  });
  return Object.fromEntries(entries);
}

const notesOf = (plan: Plan): readonly string[] => plan.parts.flatMap((part) => part.notes);

describe('on a machine with no settings', () => {
  test('the hooks are written in the form Claude Code takes, the path quoted for a shell', () => {
    install();
    const { hooks } = JSON.parse(fs.readFileSync(settings, 'utf8'));
    const command = `'${base}/Ann'\\''s tree/state/hooks/snappy-os-inject.sh'`;
    expect(hooks.UserPromptSubmit).toEqual([{ hooks: [{ type: 'command', command: `${command} prompt`, timeout: 10 }] }]);
    expect(hooks.PreToolUse).toEqual([{ matcher: 'Task|Agent', hooks: [{ type: 'command', command: `${command} subagent`, timeout: 10 }] }]);
    expect(Object.keys(hooks)).toEqual(['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'FileChanged', 'Stop']);
  });

  test('a second install changes nothing, and uninstall leaves no trace but a copy in the tree', () => {
    const before = snapshot(home);
    install();
    expect(install().changes).toEqual([]);
    uninstall();
    expect(snapshot(home)).toEqual(before);
    expect(fs.existsSync(path.join(tree, layout.installs))).toBe(false);
    expect(uninstall().changes).toEqual([]);
  });

  test('a plan alone changes nothing, and neither does applying it to the dry system', () => {
    const before = [snapshot(home), snapshot(tree)];
    const system = drySystem();
    applyChanges(system, planInstall(system, request()).changes);
    expect(system.changes.map((change) => change.kind)).toEqual(['write', 'write', 'symlink']);
    expect([snapshot(home), snapshot(tree)]).toEqual(before);
  });
});

describe('on settings that were there', () => {
  const theirs = '\uFEFF{\r\n\t"model": "opus",\r\n\t"hooks": { "Stop": [ ] },\r\n\t"env": {}\r\n}';

  test('uninstall gives back every byte, the mode and a link', () => {
    put(path.join(home, 'dotfiles', 'claude.json'), theirs);
    fs.chmodSync(path.join(home, 'dotfiles', 'claude.json'), 0o640);
    fs.mkdirSync(path.dirname(settings));
    fs.symlinkSync('../dotfiles/claude.json', settings);
    const before = snapshot(home);
    install();
    expect(fs.lstatSync(settings).isSymbolicLink()).toBe(true);
    expect(snapshot(home)['dotfiles/claude.json']).toMatch(/^100640 efbbbf/);
    expect(snapshot(home)).not.toEqual(before);
    uninstall();
    expect(snapshot(home)).toEqual(before);
  });

  test('a copy that only the owner can read is kept in the tree', () => {
    put(settings, theirs);
    const copy = install().changes.find((change) => change.path.includes('_backups'))?.path ?? '';
    expect(fs.readFileSync(copy, 'utf8')).toBe(theirs);
    expect(fs.statSync(copy).mode & 0o777).toBe(0o600);
  });

  test('what was edited in between stays edited', () => {
    put(settings, '{\n  "model": "opus"\n}\n');
    install();
    const edited = fs.readFileSync(settings, 'utf8').replace('"opus"', '"sonnet"').replace('{\n', '{\n  "theme":   "dark",\n');
    fs.writeFileSync(settings, edited);
    uninstall();
    expect(fs.readFileSync(settings, 'utf8')).toBe('{\n  "theme":   "dark",\n  "model": "sonnet"\n}\n');
  });

  test('a file that another program has written anew keeps what is theirs, and its emptied parts go', () => {
    install();
    const parsed = JSON.parse(fs.readFileSync(settings, 'utf8'));
    fs.writeFileSync(settings, JSON.stringify({ ...parsed, model: 'opus' }));
    uninstall();
    expect(fs.readFileSync(settings, 'utf8')).toBe('{"model":"opus"}');
  });

  test('hooks of a tree that has moved are replaced', () => {
    install();
    fs.renameSync(tree, path.join(base, 'moved'));
    tree = path.join(base, 'moved');
    install();
    const text = fs.readFileSync(settings, 'utf8');
    expect(text).not.toContain('Ann');
    expect(text.match(/snappy-os-inject/g)).toHaveLength(6);
  });

  test('hooks that are switched off are pointed out', () => {
    put(settings, '{"disableAllHooks":true}');
    expect(notesOf(install())).toEqual([`disableAllHooks is on in ${settings}: no hook fires until it is taken out`]);
  });

  test('a file that changes between the plan and its end is not overwritten', () => {
    put(settings, '{}');
    const system = realSystem();
    const plan = planInstall(system, request());
    fs.writeFileSync(settings, '{"new":1}');
    expect(() => applyChanges(system, plan.changes)).toThrow(/was changed by somebody else/);
    expect(fs.readFileSync(settings, 'utf8')).toBe('{"new":1}');
  });

  test('any file, installed twice and uninstalled, is the same to the byte', () => {
    const file = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), fc.constantFrom<string | number>(0, 2, '\t'), fc.boolean());
    fc.assert(
      fc.property(file, ([value, indent, crlf]) => {
        const { hooks: _, ...rest } = value;
        const text = JSON.stringify(rest, undefined, indent).replaceAll('\n', crlf ? '\r\n' : '\n');
        put(settings, text);
        install();
        install();
        uninstall();
        expect(fs.readFileSync(settings, 'utf8')).toBe(text);
        expect(fs.existsSync(path.join(tree, layout.installs))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe('settings that cannot be edited safely are refused, and nothing at all is changed', () => {
  const bad: [string, () => void, RegExp][] = [
    ['a comment', () => put(settings, '{\n  // x\n}'), /does not parse as JSON: a comment at line 2, column 3/],
    ['a comma too many', () => put(settings, '{"a": 1,}'), /does not parse/],
    ['an empty file', () => put(settings, ''), /does not parse/],
    ['a cut-off file', () => put(settings, '{"a": {'), /does not parse/],
    ['bytes that are not UTF-8', () => put(settings, Buffer.from([0x7b, 0xff, 0x7d])), /is not UTF-8/],
    ['UTF-16', () => put(settings, Buffer.from('\uFEFF{}', 'utf16le')), /is not UTF-8/],
    ['a list', () => put(settings, '[]'), /holds a list, not an object/],
    ['hooks of a wrong shape', () => put(settings, '{"hooks":[]}'), /`hooks` is not an object/],
    ['a hook that voids the file', () => put(settings, '{"hooks":{"Stop":[{"command":"x"}]}}'), /a group without a list `hooks`/],
    ['a key given twice', () => put(settings, '{"hooks":{},"hooks":{}}'), /has the key "hooks" twice/],
    ['more than 5 MB', () => put(settings, `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`), /more than 5242880/],
    ['a folder', () => fs.mkdirSync(settings, { recursive: true }), /is a folder, not a file/],
    ['a link to nothing', () => { fs.mkdirSync(path.dirname(settings)); fs.symlinkSync('gone.json', settings); }, /a link to gone.json, which is not there/],
    ['a link to itself', () => { fs.mkdirSync(path.dirname(settings)); fs.symlinkSync('settings.json', settings); }, /left alone/],
    ['a read-only file', () => { put(settings, '{}'); fs.chmodSync(settings, 0o444); }, /is read-only/],
    ['a file where the folder should be', () => put(path.dirname(settings), 'x'), /left alone/],
  ];
  test.each(bad)('%s', (_, make, message) => {
    make();
    const before = [snapshot(home), snapshot(tree)];
    const attempt = (): unknown => install();
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: 'refused' }));
    expect([snapshot(home), snapshot(tree)]).toEqual(before);
  });

  test('a tree without the hook program', () => {
    fs.rmSync(path.join(tree, layout.hook));
    expect(install).toThrow(SnappyError);
    expect(snapshot(home)).toEqual({});
  });
});

describe('skill links', () => {
  const link = (name: string): string => path.join(home, '.claude', 'skills', name);

  test('each skill is linked; a folder without SKILL.md is none', () => {
    install();
    expect(fs.readdirSync(link(''))).toEqual(['mail']);
    expect(fs.readlinkSync(link('mail'))).toBe(path.join(tree, layout.skills, 'mail'));
  });

  test('what stands there already is never touched, also not by uninstall', () => {
    put(path.join(link('mail'), 'SKILL.md'), 'my own');
    fs.mkdirSync(path.join(base, 'elsewhere'));
    fs.symlinkSync(path.join(base, 'elsewhere'), link('other'));
    const before = snapshot(home);
    expect(notesOf(install())).toEqual([`${link('mail')} is yours and stays; skill mail is not linked there`]);
    uninstall();
    expect(snapshot(home)).toEqual(before);
  });

  test('a link to a skill that is gone is taken out at the next install', () => {
    install();
    fs.renameSync(path.join(tree, layout.skills, 'mail'), path.join(tree, layout.skills, 'post'));
    install();
    expect(fs.readdirSync(link(''))).toEqual(['post']);
  });

  test('a skill folder that leads out of the tree is not linked', () => {
    put(path.join(base, 'outside', 'SKILL.md'), 'x');
    fs.symlinkSync(path.join(base, 'outside'), path.join(tree, layout.skills, 'sly'));
    expect(notesOf(install())).toEqual(['skill sly is not linked: it leads out of the tree']);
    expect(fs.readdirSync(link(''))).toEqual(['mail']);
  });

  test('a skills folder that is the tree itself needs no links, and keeps its skills', () => {
    fs.mkdirSync(path.dirname(settings));
    fs.symlinkSync(path.join(tree, layout.skills), link(''));
    const skills = snapshot(path.join(tree, layout.skills));
    install();
    uninstall();
    expect(snapshot(path.join(tree, layout.skills))).toEqual(skills);
  });
});

describe('the record', () => {
  test('that is damaged is named and not used: uninstall goes by what it recognises', () => {
    put(settings, '{"model":"opus"}');
    install();
    put(path.join(tree, layout.installs), '{"version":1,"targets":[{"file":"/etc/passwd","created":true}]}');
    expect(notesOf(uninstall())[0]).toMatch(/installs.json is damaged and is not used/);
    expect(fs.readFileSync(settings, 'utf8')).toBe('{"model":"opus"}');
  });

  test('that names folders of others does not make uninstall remove them', () => {
    install();
    const file = path.join(tree, layout.installs);
    const other = path.join(base, 'other');
    fs.mkdirSync(other);
    const { version, targets } = JSON.parse(fs.readFileSync(file, 'utf8'));
    put(file, JSON.stringify({ version, targets: [{ ...targets[0], folders: [other] }] }));
    uninstall();
    expect(fs.existsSync(other)).toBe(true);
  });
});

test('CLAUDE_CONFIG_DIR is honoured, with a word about the sessions that do not have it', () => {
  const moved = path.join(base, 'moved-settings');
  const plan = install({ CLAUDE_CONFIG_DIR: moved });
  expect(notesOf(plan)).toEqual([`CLAUDE_CONFIG_DIR is set: the hooks go to ${moved}, and fire only in sessions that are started with it`]);
  expect(fs.existsSync(path.join(moved, 'settings.json'))).toBe(true);
  expect(fs.existsSync(path.join(home, '.claude'))).toBe(false);
  uninstall({ CLAUDE_CONFIG_DIR: moved });
  expect(fs.existsSync(moved)).toBe(false);
});
