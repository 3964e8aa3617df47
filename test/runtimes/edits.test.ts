import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import { count, makeWiredWorld, removeWorlds } from './world.ts';

afterAll(removeWorlds);

const ferry = {
  description: 'Plan a crossing.',
  triggers: ['night ferry'],
  loader: '# ferry\n\n- FERRY-RULE: two ports.\n',
};

describe.each(claudes)('Claude Code $version', (claude) => {
  test('an Edit of a loader by way of the linked skill folder is noticed, and the new loader is given', async () => {
    const world = await makeWiredWorld({ ferry });
    const linked = path.join(world.home, '.claude/skills/ferry/AGENTS.md');
    const session = randomUUID();
    const [read, edit] = claude.calls({ kind: 'edit', file: linked, from: 'two ports', to: 'three ports' });
    const requests = await world.play(claude, 'the night ferry loader is wrong, mend it', {
      session,
      cues: [{ on: 'mend it', replies: [{ tools: [read] }, { tools: edit === undefined ? [] : [edit] }] }],
    });
    expect(fs.readFileSync(path.join(world.tree, 'state/skills/ferry/AGENTS.md'), 'utf8')).toContain('three ports');
    expect(count(requests.at(-1)?.text ?? '', 'You changed `AGENTS.md` of the skill `ferry`')).toBe(1);
    const [next] = await world.play(claude, 'now the night ferry again', { session, resume: true });
    expect(count(next?.text ?? '', '- FERRY-RULE: three ports.')).toBe(1);
  });

  test('an Edit of any other file is passed over', async () => {
    const world = await makeWiredWorld({ ferry });
    const file = path.join(world.project, 'AGENTS.md');
    const requests = await world.play(claude, 'write it', {
      cues: [{ on: 'write it', replies: [{ tools: claude.calls({ kind: 'write', file, text: 'x' }) }] }],
    });
    expect(fs.readFileSync(file, 'utf8')).toBe('x');
    expect(count(requests.at(-1)?.text ?? '', 'You changed')).toBe(0);
  });

  test('a loader that sed has edited is seen too, while the agent is still at work', async () => {
    const world = await makeWiredWorld({ ferry });
    const loader = path.join(world.tree, 'state/skills/ferry/AGENTS.md');
    const index = path.join(world.tree, 'state/.index/current');
    const session = randomUUID();
    // Only the watch of the file can have the index compiled anew before the turn ends.
    const wait = `for i in $(seq 100); do [ '${index}' -nt '${loader}' ] && echo COMPILED-IN-TIME && break; sleep 0.1; done`;
    const command = `sed -i 's/two ports/four ports/' '${loader}'; ${wait}`;
    const requests = await world.play(claude, 'mend the night ferry', {
      session,
      cues: [{ on: 'mend the night ferry', replies: [{ tools: claude.calls({ kind: 'shell', command }) }] }],
    });
    expect(count(requests.at(-1)?.last ?? '', '\nCOMPILED-IN-TIME')).toBe(1);
    const [next] = await world.play(claude, 'the night ferry once more', { session, resume: true });
    expect(count(next?.text ?? '', 'FERRY-RULE: four ports')).toBe(1);
  });
});
