import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claudes } from './claude.ts';
import type { Driver } from './driver.ts';
import type { ModelRequest, Reply } from './model-request.ts';
import { count, makeWiredWorld, removeWorlds, until, type World } from './world.ts';

afterAll(removeWorlds);

const ferry = {
  description: 'Plan a crossing.',
  triggers: ['night ferry'],
  loader: '# ferry\n\n## Critical Rules\n\n- FERRY-RULE: two ports.\n\n## Commands\n\n- none\n',
};
const learnt = '- LEARNT: the gate closes at 21:40, not at departure.';
const piped = '- PIPED: dogs need the form K-9.';
const gap = 'nobody knows where the bicycles go';

interface Edit {
  readonly how: string;
  readonly runtime: string;
  readonly session: string;
  readonly changes: readonly { readonly file: string; readonly diff: string }[];
}

/** Three sessions of one agent program, each of which inherits what the one before has learnt. */
interface Story {
  readonly world: World;
  readonly sessions: readonly [string, string, string];
  /** The first request of the second and the third session. */
  readonly second: ModelRequest;
  readonly third: ModelRequest;
  readonly edits: readonly Edit[];
  /** What the person then sees. */
  readonly blame: string;
  readonly list: string;
  readonly status: string;
  readonly afterAnswer: string;
  readonly reverted: string;
}

const loaderOf = (world: World): string => path.join(world.tree, 'state/skills/ferry/AGENTS.md');
const logOf = (world: World, name: string): string => path.join(world.tree, 'state/log', name);
const textOf = (file: string): string => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

function editsOf(world: World): Edit[] {
  const lines = textOf(logOf(world, 'edits.ndjson')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Edit);
}

/** Appends a row to the feedback log as the footer asks an agent to. */
function feedback(world: World, row: string): string {
  return `echo "[$(date -u +%Y-%m-%dT%H:%M:%SZ)] ferry: ${row}" >> '${logOf(world, 'loader-feedback.log')}'`;
}

async function playSession(
  claude: Driver,
  world: World,
  session: string,
  deeds: readonly Reply[],
): Promise<ModelRequest> {
  const [head = { text: 'done' }, ...rest] = deeds;
  const replies: [Reply, ...Reply[]] = [head, ...rest];
  const requests = await world.play(claude, 'book the night ferry', {
    session,
    cues: [{ on: 'book the night', replies }],
  });
  const [request] = requests;
  if (request === undefined) throw new Error('no request reached the model');
  return request;
}

async function live(claude: Driver): Promise<Story> {
  const world = await makeWiredWorld({ ferry });
  const { tree } = world;
  const sessions = [randomUUID(), randomUUID(), randomUUID()] as const;
  const edit = claude.calls({
    kind: 'edit',
    file: loaderOf(world),
    from: '\n\n## Commands',
    to: `\n${learnt}\n\n## Commands`,
  });
  const shell = (command: string): Reply => ({ tools: claude.calls({ kind: 'shell', command }) });
  await playSession(claude, world, sessions[0], [
    ...edit.map((call) => ({ tools: [call] })),
    shell(feedback(world, 'the gate closes early [FIXED] action_kind=loader-rewritten')),
  ]);
  await until('the first edit is drained', () => editsOf(world).length === 1);
  const second = await playSession(claude, world, sessions[1], [
    shell(`sed -i 's/^- LEARNT.*/&\\n${piped}/' '${loaderOf(world)}'`),
    shell(feedback(world, `${gap} [LOGGED]`)),
  ]);
  const brief = path.join(tree, 'state/log/regen-queue/ferry.loader-rewritten.md');
  await until(
    'the second edit is drained and the gap has its brief',
    () => editsOf(world).length === 2 && fs.existsSync(brief),
  );
  const third = await playSession(claude, world, sessions[2], []);
  const said = async (...args: string[]): Promise<string> => (await world.snappy([...args, '--tree', tree])).stdout;
  const blame = await said('skill', 'blame', 'ferry');
  const list = await said('regen', 'list');
  const status = await said('status');
  await said('log', 'ferry', 'they go on deck 2', '--fixed', '--action-kind', 'loader-rewritten');
  await said('regen', 'drain');
  const afterAnswer = await said('regen', 'list');
  await said('regen', 'revert', 'ferry', '--apply');
  return {
    world,
    sessions: [...sessions],
    second,
    third,
    edits: editsOf(world),
    blame,
    list,
    status,
    afterAnswer,
    reverted: textOf(loaderOf(world)),
  };
}

describe.each(claudes)('the loop in Claude Code $version', (claude) => {
  let lived: Story | undefined;
  beforeAll(async () => {
    lived = await live(claude);
  });
  const story = (): Story => {
    if (lived === undefined) throw new Error('the story has not been lived through');
    return lived;
  };

  test('what an agent adds to a loader with Edit is in the next session', () => {
    expect(count(story().second.text, learnt)).toBe(1);
  });

  test('what an agent adds with sed is in the next session too', () => {
    expect(count(story().third.text, learnt)).toBe(1);
    expect(count(story().third.text, piped)).toBe(1);
  });

  test('each edit is put down to its session, with its diff and how it was noticed', () => {
    const [first, second] = story().edits;
    expect(first).toMatchObject({ how: 'tool', runtime: 'claude-code', session: story().sessions[0] });
    expect(first?.changes[0]?.diff).toContain(`+${learnt}`);
    expect(['watched', 'found']).toContain(second?.how);
    expect(second).toMatchObject({ runtime: 'claude-code', session: story().sessions[1] });
    expect(second?.changes[0]?.diff).toContain(`+${piped}`);
  });

  test('a gap that was only logged rides along as a brief on the next turn of the skill', () => {
    expect(story().second.text).not.toContain(gap);
    expect(story().third.text).toMatch(new RegExp(`Open brief for \`ferry\`: .*${gap}`));
  });

  test('blame, the list of briefs and the status tell of it', () => {
    const { blame, list, status, sessions } = story();
    for (const [line, session] of [
      [learnt, sessions[0]],
      [piped, sessions[1]],
    ] as const) {
      const row = blame.split('\n').find((text) => text.includes(line.slice(2)));
      expect(row).toContain('claude-code');
      expect(row).toContain(session.slice(0, 4));
    }
    expect(list).toContain(gap);
    expect(status).toContain('ferry');
  });

  test('a feedback row of its kind closes a brief', () => {
    expect(story().afterAnswer).not.toContain(gap);
  });

  test('revert puts the revision before back, and keeps the other', () => {
    expect(story().reverted).toContain(learnt);
    expect(story().reverted).not.toContain(piped);
    expect(story().edits.at(-1)?.how).toBe('revert');
  });
});
