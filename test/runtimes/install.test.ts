import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import { count, makeWorld, removeWorlds } from './world.ts';

afterAll(removeWorlds);

const words = (tree: string, command: string): string[] => [command, '--tree', tree, '--runtime', 'claude-code'];
const skill = {
  description: 'Plan a crossing.',
  triggers: ['night ferry'],
  loader: '# ferry\n\n- FERRY-RULE: two ports.\n',
};

test('a settings file that does not parse is refused, with nothing changed', async () => {
  const world = await makeWorld();
  fs.mkdirSync(path.dirname(world.settings));
  fs.writeFileSync(world.settings, '{\n  "model": "opus", // mine\n}\n');
  const { stdout } = await world.snappy([...words(world.tree, 'install'), '--apply'], 3);
  expect(stdout).toContain('does not parse as JSON: a comment at line 2, column 20');
  expect(fs.readFileSync(world.settings, 'utf8')).toBe('{\n  "model": "opus", // mine\n}\n');
  expect(fs.readdirSync(path.dirname(world.settings))).toEqual(['settings.json']);
});

test('without consent the plan is shown and nothing is changed', async () => {
  const world = await makeWorld();
  const { stdout } = await world.snappy(words(world.tree, 'install'));
  expect(stdout).toContain('+++ ~/.claude/settings.json');
  expect(stdout.trimEnd()).toMatch(/\nNothing was changed: this was the plan; add --apply to carry it out\.$/);
  expect(fs.existsSync(path.dirname(world.settings))).toBe(false);
});

describe.each(claudes)('Claude Code $version', (claude) => {
  test("the user's own hooks fire beside ours, and alone again after uninstall", async () => {
    const world = await makeWorld();
    world.addSkill('ferry', skill);
    await world.snappy(['index', '--tree', world.tree]);
    const own = '{"hooks":{"UserPromptSubmit":[{"hooks":[{"type":"command","command":"echo MY-OWN-HOOK"}]}]}}';
    fs.mkdirSync(path.dirname(world.settings));
    fs.writeFileSync(world.settings, own);
    await world.snappy([...words(world.tree, 'install'), '--apply']);
    const { stdout } = await world.snappy([...words(world.tree, 'install'), '--apply']);
    expect(stdout).toContain('Nothing was changed: all of it is wired already.');
    const [wired] = await world.play(claude, 'the night ferry');
    expect(count(wired?.text ?? '', 'FERRY-RULE')).toBeGreaterThan(0);
    expect(count(wired?.text ?? '', 'MY-OWN-HOOK')).toBeGreaterThan(0);
    await world.snappy([...words(world.tree, 'uninstall'), '--apply']);
    expect(fs.readFileSync(world.settings, 'utf8')).toBe(own);
    const [bare] = await world.play(claude, 'the night ferry');
    expect(count(bare?.text ?? '', 'FERRY-RULE')).toBe(0);
    expect(count(bare?.text ?? '', 'MY-OWN-HOOK')).toBeGreaterThan(0);
  });
});
