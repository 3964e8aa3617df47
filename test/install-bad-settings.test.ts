import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeWorld, settingsBefore, stepOf, type World } from './install-world.ts';

/** Settings that are broken, one of each format; the word is what the message has to say. */
const broken = [
  ['JSON', 'codex', '.codex/hooks.json', '{"hooks": {', /line 1/],
  ['JSON with a key that Codex does not know', 'codex', '.codex/hooks.json', '{"mine": 1}\n', /"?mine"?/],
  ['JSON with comments', 'gemini', '.gemini/settings.json', '// mine\n{ "a": 1,, }\n', /line 2/],
  ['JSON with a key twice', 'claude-code', '.claude/settings.json', '{"hooks": {}, "hooks": {}}', /twice|hooks/],
  ['JSON5', 'openclaw', '.openclaw/openclaw.json', "{\n  a: 'b\n}\n", /line/],
  ['TOML', 'codex', '.codex/config.toml', 'a = [1\nb = 2\n', /TOML/],
  ['hooks of another shape', 'cursor', '.cursor/hooks.json', '{"version":1,"hooks":[]}', /hooks/],
  ['text that is no UTF-8', 'qwen', '.qwen/settings.json', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /UTF-8/],
] as const;

const folders = Object.fromEntries(Object.entries(settingsBefore).filter(([file]) => !file.startsWith('.codex')));

function removeAll(world: World): void {
  for (const name of fs.readdirSync(world.home)) fs.rmSync(world.at(name), { recursive: true });
}

describe('settings that cannot be edited safely', () => {
  const world = makeWorld();

  test.for(broken)('%s: the file is left to the byte, the others are wired, and the status is 3', (row) => {
    const [, id, file, bytes, word] = row;
    removeAll(world);
    world.put('.qwen/notes.txt', '');
    world.put('.cursor/notes.txt', '');
    world.put(file, bytes);
    const before = world.entries();
    const other = id === 'cursor' ? 'qwen' : 'cursor';
    const ended = world.snappy('install', '--apply', '--json', '--runtime', `${id},${other}`);
    expect(ended).toMatchObject({ status: 3, stderr: '' });
    expect(fs.readFileSync(world.at(file))).toEqual(Buffer.from(bytes));
    const { status, text } = stepOf(ended, 'hooks');
    expect(status).toBe('failed');
    expect(text).toMatch(/1 of 2 runtimes/);
    expect(text).toContain(world.at(file));
    expect(text).toMatch(word);
    expect(text).toMatch(/then run this again|run this again/);
    expect(world.read(other === 'qwen' ? '.qwen/settings.json' : '.cursor/hooks.json')).toContain(' prompt ');
    // Nothing of the runtime that was left alone, not even its other files.
    expect(world.entries().filter((line) => line.includes(`.${id}`) && line.includes('snappy-os-inject'))).toEqual([]);
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries()).toEqual(before);
  });

  test('settings that break after install: uninstall leaves that file, says so, and takes the others out', () => {
    removeAll(world);
    for (const [file, text] of Object.entries(folders)) world.put(file, text);
    world.snappy('install', '--apply');
    world.put('.gemini/settings.json', `${world.read('.gemini/settings.json')}}`);
    const torn = world.read('.gemini/settings.json');
    const gone = world.snappy('uninstall', '--apply');
    expect(gone.status).toBe(3);
    expect(gone.stdout).toContain('~/.gemini/settings.json');
    expect(world.read('.gemini/settings.json')).toBe(torn);
    expect(world.read('.openclaw/openclaw.json')).toBe(settingsBefore['.openclaw/openclaw.json']);
    world.put('.gemini/settings.json', torn.slice(0, -1));
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.read('.gemini/settings.json')).toBe(settingsBefore['.gemini/settings.json']);
  });

  test.for([
    ['settings', 'claude-code', '.claude/settings.json'],
    ['a module', 'pi', '.pi/agent/extensions/snappy.js'],
    ['TOML settings', 'codex', '.codex/config.toml'],
    ['instructions', 'gemini', '.gemini/GEMINI.md'],
  ])('a folder where %s should be is named, and nothing is lost', ([, id = '', file = '']) => {
    removeAll(world);
    world.put(`${file}/mine.txt`, 'mine');
    const before = world.entries();
    const ended = world.snappy('install', '--apply', '--runtime', `${id},cursor`);
    expect(ended).toMatchObject({ status: 3, stderr: '' });
    expect(ended.stdout).toContain(`~/${file}`);
    expect(ended.stdout).toContain('mend what failed above and run this again');
    expect(world.read('.cursor/hooks.json')).toContain(' prompt cursor');
    world.snappy('uninstall', '--apply');
    expect(world.entries()).toEqual(before);
  });

  test('settings that are a link are edited through it, and the link stays', () => {
    removeAll(world);
    world.put('dotfiles/claude.json', '{ "a": 1 }');
    fs.mkdirSync(world.at('.claude'));
    fs.symlinkSync('../dotfiles/claude.json', world.at('.claude/settings.json'));
    const before = world.entries();
    expect(world.snappy('install', '--apply', '--runtime', 'claude-code').status).toBe(0);
    expect(fs.readlinkSync(world.at('.claude/settings.json'))).toBe('../dotfiles/claude.json');
    expect(world.read('dotfiles/claude.json')).toContain('state/hooks/snappy-os-inject.sh');
    expect(world.snappy('uninstall', '--apply').status).toBe(0);
    expect(world.entries()).toEqual(before);
  });

  test('a link that leads nowhere is named and left', () => {
    removeAll(world);
    fs.mkdirSync(world.at('.claude'));
    fs.symlinkSync('../gone/settings.json', world.at('.claude/settings.json'));
    const before = world.entries();
    const ended = world.snappy('install', '--apply', '--runtime', 'claude-code');
    expect([0, 3]).toContain(ended.status);
    expect(fs.readlinkSync(world.at('.claude/settings.json'))).toBe('../gone/settings.json');
    world.snappy('uninstall', '--apply');
    expect(world.entries()).toEqual(before);
  });

  test('a hook of ours in an older form, and of another tree, is replaced and not doubled', () => {
    removeAll(world);
    const old = "'/old/tree/state/hooks/snappy-os-inject.sh' prompt";
    world.put(
      '.claude/settings.json',
      JSON.stringify({ hooks: { UserPromptSubmit: [{ hooks: [{ type: 'command', command: old }] }] } }),
    );
    expect(world.snappy('install', '--apply', '--runtime', 'claude-code').status).toBe(0);
    const text = world.read('.claude/settings.json');
    expect(text).not.toContain('/old/tree');
    expect(text.split('snappy-os-inject.sh').length - 1).toBe(6);
  });
});
