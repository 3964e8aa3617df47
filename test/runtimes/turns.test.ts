import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import type { Driver } from './driver.ts';
import { run } from './run-program.ts';
import { count, makeWiredWorld, removeWorlds, type PlayOptions, type World } from './world.ts';

afterAll(removeWorlds);

const ferry = {
  description: 'Plan a crossing with the night ferry.',
  triggers: ['night ferry'],
  loader: '# ferry\n\n## Critical Rules\n\n- FERRY-RULE: "boats" <cost> 3\\4 of 😀 & are in `ports`.\n',
};
const onFerry = 'please book the night ferry for two';

/** The texts of the requests of one turn; a session's first is what its tests look at. */
async function textsOf(
  world: World,
  claude: Driver,
  prompt: string,
  options?: PlayOptions,
): Promise<[string, ...string[]]> {
  const [first, ...rest] = await world.play(claude, prompt, options);
  if (first === undefined) throw new Error(`no request reached the model for ${JSON.stringify(prompt)}`);
  return [first.text, ...rest.map((request) => request.text)];
}

describe.each(claudes)('Claude Code $version', (claude) => {
  test('is the version that is pinned', async () => {
    const { stdout } = await run(claude.command[0], ['--version'], {
      cwd: '/',
      env: { HOME: '/nonexistent' },
      seconds: 30,
    });
    expect(stdout.trim()).toBe(`${claude.version} (Claude Code)`);
  });

  test('a prompt that needs a skill puts its loader, to the letter, before the model', async () => {
    const world = await makeWiredWorld({ ferry });
    const [text, ...more] = await textsOf(world, claude, onFerry);
    expect(count(text, ferry.loader)).toBe(1);
    expect(count(text, 'FERRY-RULE')).toBe(1);
    expect(more).toEqual([]);
  });

  test('a session begins with one line that says where the tree and its contract are', async () => {
    const world = await makeWiredWorld({ ferry });
    const [text] = await textsOf(world, claude, 'hello');
    expect(count(text, `[snappy-os] THIS MACHINE: ${world.tree}`)).toBe(1);
    expect(count(text, `${world.tree}/program.md`)).toBe(1);
  });

  test('a prompt that needs no skill gets none', async () => {
    const world = await makeWiredWorld({ ferry });
    const [text] = await textsOf(world, claude, 'what is the capital of Peru?');
    expect(count(text, 'capital of Peru')).toBe(1);
    expect(count(text, 'FERRY-RULE')).toBe(0);
    expect(count(text, 'Loader of the skill')).toBe(0);
  });

  test('a session holds a loader once over three turns, and is given it again after a compaction', async () => {
    const world = await makeWiredWorld({ ferry });
    const session = randomUUID();
    const turn = async (prompt: string): Promise<number> => {
      const [text] = await textsOf(world, claude, prompt, { session, resume: prompt !== onFerry });
      return count(text, 'FERRY-RULE');
    };
    expect(await turn(onFerry)).toBe(1);
    expect(await turn('and the night ferry back?')).toBe(1);
    expect(await turn('is the night ferry late today?')).toBe(1);
    await world.play(claude, '/compact', { session, resume: true });
    expect(await turn('good evening')).toBe(0);
    expect(await turn('one more night ferry, please')).toBe(1);
    expect(await turn('is that night ferry full?')).toBe(1);
  });
});
