import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import { makeWiredWorld, removeWorlds, until } from './world.ts';

afterAll(removeWorlds);

const loader = (rule: string): string => `# skill\n\n## Critical Rules\n\n- ${rule}\n`;
const ferry = { description: 'Plan a crossing.', triggers: ['night ferry'], loader: loader('FERRY-RULE: two ports.') };
const bakery = { description: 'Order bread.', triggers: ['rye bread'], loader: loader('BREAD-RULE: before six.') };
const learnt = '- GLUTEN: only the rye is free of wheat.';

describe.each(claudes)('a brief in the background, by Claude Code $version', (claude) => {
  test('is worked off in a copy, taken over, and starts no other', async () => {
    const world = await makeWiredWorld({ ferry, bakery });
    const at = (file: string): string => path.join(world.tree, file);
    const textOf = (file: string): string => (fs.existsSync(at(file)) ? fs.readFileSync(at(file), 'utf8') : '');
    // The program that the drain starts: counted, and allowed to use its tools.
    const starts = path.join(world.home, 'starts');
    const program = path.join(world.home, '../bin/claude');
    fs.writeFileSync(program, `#!/bin/sh\necho start >>'${starts}'\nexec '${claude.command[0]}' "$@"\n`, {
      mode: 0o755,
    });
    const command = ['claude', '-p', '--dangerously-skip-permissions', '{prompt}'];
    fs.writeFileSync(
      at('state/config/dispatch.json'),
      JSON.stringify({ _v: 1, runtimes: { 'claude-code': { command } } }),
    );
    const mode = ['regen', 'mode', 'background', '--runtime', 'claude-code', '--apply', '--tree', world.tree];
    await world.snappy(mode);

    const echo = (row: string): string =>
      `echo "[$(date -u +%Y-%m-%dT%H:%M:%SZ)] ${row} [LOGGED]" >> '${at('state/log/loader-feedback.log')}'`;
    const gaps = `${echo('ferry: where do bicycles go')}; ${echo('bakery: is there gluten')}`;
    // Of two briefs that were opened at once the first by name is worked off. A new row: a drain would be due at its end.
    const mend = `sed -i 's/^- BREAD-RULE.*/&\\n${learnt}/' state/skills/bakery/AGENTS.md; ${echo('ferry: and what of dogs')}`;
    await world.play(claude, 'look after the skills', {
      cues: [
        { on: 'look after the skills', replies: [{ tools: claude.calls({ kind: 'shell', command: gaps }) }] },
        { on: 'work off one work order', replies: [{ tools: claude.calls({ kind: 'shell', command: mend }) }] },
      ],
    });
    await until('the work is taken over', () => textOf('state/skills/bakery/AGENTS.md').includes(learnt));
    await until('the brief is closed', () => !fs.existsSync(at('state/log/regen-queue/bakery.loader-rewritten.md')));

    const rows = textOf('state/log/edits.ndjson').split('\n').filter(Boolean);
    const last = JSON.parse(rows.at(-1) ?? '{}') as unknown;
    expect(last).toMatchObject({ skill: 'bakery', how: 'drain', runtime: 'claude-code' });
    expect(textOf('state/log/loader-feedback.log')).toMatch(/bakery: .* \[FIXED\] action_kind=loader-rewritten\n/);
    expect(fs.existsSync(at('state/log/regen-queue/ferry.loader-rewritten.md'))).toBe(true);
    // Were its hooks not silent, the agent's own end would have had the other brief worked off too.
    await pause(3000);
    expect(fs.readFileSync(starts, 'utf8')).toBe('start\n');
  });
});
