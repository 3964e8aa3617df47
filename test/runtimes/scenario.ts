import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Driver } from './driver.ts';
import type { ModelRequest, Reply, ToolCall } from './model-request.ts';
import { run } from './run-program.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';
import { count, makeWorld, removeWorlds, settle, until, type World } from './world.ts';

/** What the user has written down for all agents; `install` carries it into the file that the runtime reads. */
const instruction = '- HOUSE-RULE: answer in one sentence.';
const loader = (ports: string): string => `# ferry\n\n- FERRY-RULE: ${ports} "ports" <here>.\n`;
const skills = {
  ferry: { description: 'Plan a crossing.', triggers: ['night ferry'], loader: loader('two') },
  bakery: { description: 'Order bread.', triggers: ['rye bread'], loader: '# bakery\n\n- BREAD-RULE: before six.\n' },
};

/** What a runtime was seen to do on one day, from install to uninstall. */
interface Day {
  readonly world: World;
  /** The home folder before install, after it, after a second one, and after install and uninstall alone. */
  readonly home: Readonly<Record<'before' | 'wired' | 'again' | 'restored', Snapshot>>;
  /** What the second install printed. */
  readonly secondInstall: string;
  /** The requests of each turn. */
  readonly turns: Readonly<Record<TurnName, readonly ModelRequest[]>>;
  /** The user's own settings after the last uninstall. */
  readonly settingsLeft: Readonly<Record<string, string>>;
}

type TurnName = 'plain' | 'asked' | 'learnt' | 'again' | 'mended' | 'handed' | 'bare';

const ferryFile = (world: World, name: string): string => path.join(world.tree, 'state/skills/ferry', name);

function settingsOf(driver: Driver, home: string): Record<string, string> {
  return Object.fromEntries(driver.settings.map((file) => [file, fs.readFileSync(path.join(home, file), 'latin1')]));
}

/** A world where the runtime is settled and the skills are compiled, and the words that install and uninstall take. */
export async function makeHomeOf(driver: Driver): Promise<{ world: World; install: string[]; uninstall: string[] }> {
  const world = await makeWorld();
  for (const [name, skill] of Object.entries(skills)) world.addSkill(name, skill);
  await world.snappy(['index', '--tree', world.tree]);
  fs.mkdirSync(path.join(world.home, '.claude'));
  fs.writeFileSync(path.join(world.home, '.claude/CLAUDE.md'), `# For all agents\n\n${instruction}\n`);
  await settle(driver, world);
  const words = ['--tree', world.tree, '--runtime', driver.id, '--apply'];
  return { world, install: ['install', ...words, ...(driver.consent ?? [])], uninstall: ['uninstall', ...words] };
}

// Edits a file of the tree as an editor would, and waits until the hooks of a turn have had the index compiled anew.
async function learnHydrofoils(driver: Driver, world: World): Promise<void> {
  const file = ferryFile(world, 'SKILL.md');
  const index = path.join(world.tree, 'state/.index/current');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('night ferry', 'slow hydrofoil'));
  await world.play(driver, 'good morning');
  await until('the index is compiled anew', () => fs.statSync(index).mtimeMs > fs.statSync(file).mtimeMs);
}

// One call a request.
const inTurn = ([first, ...rest]: readonly [ToolCall, ...ToolCall[]]): [Reply, ...Reply[]] => [
  { tools: [first] },
  ...rest.map((call) => ({ tools: [call] })),
];

async function handOut(driver: Driver, world: World): Promise<readonly ModelRequest[]> {
  const done = path.join(world.project, 'done');
  const task = driver.calls({ kind: 'task', prompt: 'SMALL-JOB: ask for the rye bread', done });
  const report = driver.calls({ kind: 'shell', command: `echo done > '${done}'` });
  return world.play(driver, 'hand this out', {
    cues: [
      { on: 'hand this out', replies: inTurn(task) },
      { on: 'SMALL-JOB', replies: [{ tools: report }] },
    ],
    ...(driver.taskFlags === undefined ? {} : { flags: driver.taskFlags }),
  });
}

async function playTurns(driver: Driver, world: World): Promise<Omit<Day['turns'], 'bare'>> {
  const session = randomUUID();
  const resumed = { session, resume: true };
  const plain = await world.play(driver, 'what is the capital of Peru?', { session });
  const asked = await world.play(driver, 'please book the night ferry for two', resumed);
  // Before the agent edits anything: what compiles the index after that would notice this change by the way.
  await learnHydrofoils(driver, world);
  const learnt = await world.play(driver, 'book the slow hydrofoil');
  const edit = driver.calls({ kind: 'edit', file: ferryFile(world, 'AGENTS.md'), from: 'two', to: 'three' });
  const again = await world.play(driver, 'the night ferry loader is wrong, mend it', {
    ...resumed,
    cues: [{ on: 'mend it', replies: inTurn(edit) }],
  });
  const mended = await world.play(driver, 'the night ferry once more', resumed);
  const handed = driver.subagents ? await handOut(driver, world) : [];
  return { plain, asked, learnt, again, mended, handed };
}

async function liveThrough(driver: Driver): Promise<Day> {
  const { world, install, uninstall } = await makeHomeOf(driver);
  const before = snapshotOf(world.home, driver.keeps);
  await world.snappy(install);
  await world.snappy(uninstall);
  const restored = snapshotOf(world.home, driver.keeps);
  await world.snappy(install);
  const wired = snapshotOf(world.home, driver.keeps);
  const { stdout: secondInstall } = await world.snappy(install);
  const again = snapshotOf(world.home, driver.keeps);
  const turns = await playTurns(driver, world);
  await world.snappy(uninstall);
  const settingsLeft = settingsOf(driver, world.home);
  const bare = await world.play(driver, 'is there a slow hydrofoil?');
  return { world, home: { before, wired, again, restored }, secondInstall, turns: { ...turns, bare }, settingsLeft };
}

const first = (requests: readonly ModelRequest[]): ModelRequest => {
  const [request] = requests;
  if (request === undefined) throw new Error('no request reached the model');
  return request;
};
const newest = (requests: readonly ModelRequest[], part: string): number => count(first(requests).last, part);

/** What a group of tests looks at: the runtime, and the day it has had. */
interface Seen {
  readonly driver: Driver;
  /** Only within a test: the day is over when the tests begin. */
  readonly day: () => Day;
  readonly inContext: (text: string) => string;
}

function testVersion({ driver, day }: Seen): void {
  test('it is the version that is pinned', async () => {
    const { command, program, version } = driver;
    const [file, ...args] = command;
    const env = { HOME: day().world.home, PATH: process.env['PATH'], ...driver.environment(day().world) };
    const ended = await run(file, [...args, '--version'], { cwd: day().world.project, env, seconds: 60 });
    expect(`${program}: ${ended.stdout}${ended.stderr}`).toContain(version);
  });
}

function testContext({ driver, day, inContext }: Seen): void {
  test('a session is told where the tree and its contract are', () => {
    const { text } = first(day().turns.plain);
    const line = `[snappy-os] THIS MACHINE: ${day().world.tree}`;
    expect(count(text, line)).toBe(driver.sessionLine === false ? 0 : 1);
    expect(count(text, `${day().world.tree}/program.md`)).toBeGreaterThan(0);
  });

  test('a prompt that needs a skill puts its loader, to the letter, before the model', () => {
    expect(newest(day().turns.asked, inContext(skills.ferry.loader))).toBe(1);
    expect(newest(day().turns.asked, 'BREAD-RULE')).toBe(0);
  });

  test('a prompt that needs no skill gets none', () => {
    expect(newest(day().turns.plain, 'capital of Peru')).toBeGreaterThan(0);
    expect(count(first(day().turns.plain).text, 'Loader of the skill')).toBe(0);
  });

  test('a session is given a loader once', () => {
    expect(newest(day().turns.again, 'mend it')).toBeGreaterThan(0);
    expect(newest(day().turns.again, 'Loader of the skill `ferry`')).toBe(0);
  });

  const { ownHook } = driver;
  if (ownHook === undefined) return;
  test("the user's own hook is heard beside ours", () => {
    for (const turn of [day().turns.plain, day().turns.asked]) expect(newest(turn, ownHook)).toBe(1);
  });
}

function testTold({ driver, day }: Seen): void {
  if (driver.toldOfEdits === false) return;
  test('an agent is told at once of its own edit of a loader', () => {
    const told = day().turns.again.some(({ last }) => last.includes('You changed `AGENTS.md` of the skill `ferry`'));
    expect(told).toBe(true);
  });
}

function testEdits({ driver, day, inContext }: Seen): void {
  test('an edit of a loader by the agent is noticed, and the session is given the new loader', () => {
    expect(fs.readFileSync(ferryFile(day().world, 'AGENTS.md'), 'utf8')).toBe(loader('three'));
    expect(newest(day().turns.mended, inContext(loader('three')))).toBe(1);
  });

  test('what was edited outside of the agent is noticed, and the next session has it', () => {
    expect(newest(day().turns.learnt, inContext(loader('two')))).toBe(1);
  });

  // Where no hook reaches a subagent there is nothing to see.
  if (!driver.subagents) return;
  test('a subagent gets the loader that its task names, and its parent does not', () => {
    const parents = day().turns.handed.filter(({ text }) => text.includes('hand this out'));
    const child = day().turns.handed.find(
      (request) => request.text.includes('SMALL-JOB') && !parents.includes(request),
    );
    expect(count(child?.text ?? '', 'BREAD-RULE')).toBe(1);
    for (const { text } of parents) expect(count(text, 'BREAD-RULE')).toBe(0);
  });
}

function testTraces({ day }: Seen): void {
  test("the user's instructions arrive", () => {
    expect(count(first(day().turns.plain).text, instruction)).toBe(1);
  });

  test('the skills are in the native listing, each once', () => {
    for (const { description } of Object.values(skills))
      expect(count(first(day().turns.plain).text, description)).toBe(1);
  });

  test('a second install changes nothing', () => {
    expect(day().secondInstall).toContain('Nothing was changed');
    expect(day().home.again).toEqual(day().home.wired);
  });

  test('after uninstall every file of the home is byte for byte what it was before install', () => {
    expect(day().home.wired).not.toEqual(day().home.before);
    expect(day().home.restored).toEqual(day().home.before);
  });

  test('after a day of work and uninstall the settings are what they were, and the runtime runs clean', () => {
    for (const [file, text] of Object.entries(day().settingsLeft))
      expect(day().home.before.get(file)?.endsWith(`\n${text}`)).toBe(true);
    const { text } = first(day().turns.bare);
    expect(count(text, 'slow hydrofoil')).toBeGreaterThan(0);
    for (const part of ['FERRY-RULE', 'snappy-os', day().world.tree]) expect(count(text, part)).toBe(0);
  });
}

/**
 * What every runtime has to do, on the real program: one day from install to uninstall is lived through once, and each
 * test looks at a part of it.
 */
export function scenario(driver: Driver): void {
  const { id, name, version, inContext = (text: string) => text } = driver;
  describe(`${name} ${version}`, { meta: { runtime: { id, name, version } } }, () => {
    let lived: Day | undefined;
    beforeAll(async () => {
      lived = await liveThrough(driver);
    });
    afterAll(removeWorlds);
    const day = (): Day => {
      if (lived === undefined) throw new Error('the day has not been lived through');
      return lived;
    };
    const seen = { driver, day, inContext };
    testVersion(seen);
    testContext(seen);
    testTold(seen);
    testEdits(seen);
    testTraces(seen);
  });
}
