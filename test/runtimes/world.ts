import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Driver, Stage } from './driver.ts';
import type { ModelRequest } from './model-request.ts';
import { startModel, type Cue, type ModelServer } from './model-server.ts';
import { run, type Ended } from './run-program.ts';

// Codex lets its agent write anywhere below /tmp: outside of it, what it may write is what we have given it.
const scratch = fs.existsSync('/var/tmp') ? '/var/tmp' : os.tmpdir();
const cli = path.resolve(import.meta.dirname, '../../dist/snappy.js');

/** What a test says of a skill; its SKILL.md is made from it. */
export interface SkillText {
  readonly description: string;
  readonly triggers: readonly string[];
  readonly loader: string;
}

export interface PlayOptions {
  readonly cues?: readonly Cue[];
  /** The test's own name for a session: a new one, or with `resume` one that was played before. */
  readonly session?: string;
  readonly resume?: boolean;
  readonly flags?: readonly string[];
}

/** How one turn went. */
export interface Played extends Ended {
  readonly requests: readonly ModelRequest[];
}

/** A throwaway home, project and tree, and the programs run in them. */
export interface World extends Stage {
  /** Claude Code's settings. */
  readonly settings: string;
  /** Runs the built CLI; fails the test when it ends with anything but `status` (0). */
  snappy(args: readonly string[], status?: number): Promise<Ended>;
  addSkill(name: string, skill: SkillText): void;
  /** Plays one turn: gives the requests that reached the model. Fails the test when the program does. */
  play(driver: Driver, prompt: string, options?: PlayOptions): Promise<readonly ModelRequest[]>;
  /** The same, whatever the program's status, and with what it has printed. */
  playOut(driver: Driver, prompt: string, options?: PlayOptions): Promise<Played>;
}

const made: { base: string; model: ModelServer }[] = [];

/** Removes what `makeWorld` has made. */
export async function removeWorlds(): Promise<void> {
  for (const { base, model } of made.splice(0)) {
    await model.close();
    // A compile that the hook started in the background may still be writing.
    fs.rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function skillMd(name: string, { description, triggers }: SkillText): string {
  const list = triggers.map((trigger) => `  - ${JSON.stringify(trigger)}\n`).join('');
  return `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\ntriggers:\n${list}eval: manual\n---\n# ${name}\n\n## Eval\n\nBy hand.\n`;
}

// Nothing of the caller's environment but PATH: no key, no proxy, no settings; nothing is written outside `base`.
function environment(base: string): NodeJS.ProcessEnv {
  return {
    PATH: [path.join(base, 'bin'), path.dirname(process.execPath), process.env['PATH'] ?? ''].join(':'),
    HOME: path.join(base, 'home'),
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    TMPDIR: path.join(base, 'tmp'),
  };
}

async function runCli(base: string, args: readonly string[], status: number): Promise<Ended> {
  const cwd = path.join(base, 'project');
  const ended = await run(process.execPath, [cli, ...args], { cwd, env: environment(base), seconds: 30 });
  if (ended.status === status) return ended;
  throw new Error(`snappy ${args.join(' ')} ended with ${ended.status}\n${ended.stdout}${ended.stderr}`);
}

/** Puts a runtime where its user has it: on PATH, linked as npm does it, and the user's own settings in the home. */
export async function settle(driver: Driver, world: World): Promise<void> {
  const [program, script = program] = driver.command;
  fs.symlinkSync(script, path.join(world.home, '../bin', driver.program));
  await driver.configure(world);
}

// What a program calls a session that it has named itself, by the test's own name for it.
type Sessions = Map<string, string>;

async function playTurn(
  world: World,
  { base, model, sessions }: { base: string; model: ModelServer; sessions: Sessions },
  [driver, prompt, options]: [Driver, string, PlayOptions],
): Promise<Played> {
  const { cues = [], session = randomUUID(), resume = false, flags } = options;
  const turn = { prompt, session: sessions.get(session) ?? session, resume, ...(flags === undefined ? {} : { flags }) };
  const requests = model.begin(cues);
  const [program, ...first] = driver.command;
  const env = { ...environment(base), ...driver.environment(world) };
  const ended = await run(program, [...first, ...driver.args(turn)], { cwd: world.project, env, seconds: 180 });
  const named = resume || ended.status !== 0 ? undefined : driver.sessionOf?.(ended, world);
  if (named !== undefined) sessions.set(session, named);
  return { ...ended, requests: [...requests] };
}

/** A new world with a tree made by `snappy init`; its skills are not linked and no hook is wired yet. */
export async function makeWorld(): Promise<World> {
  const base = fs.mkdtempSync(path.join(fs.realpathSync(scratch), 'snappy-runtime-'));
  const model = await startModel();
  made.push({ base, model });
  for (const name of ['home', 'project', 'tmp', 'bin']) fs.mkdirSync(path.join(base, name), { mode: 0o700 });
  const project = path.join(base, 'project');
  execFileSync('git', ['init', '-q', project], { env: environment(base) });
  // A path with blanks, as people have them.
  const tree = path.join(base, 'tree of skills');
  await runCli(base, ['init', tree], 0);
  const sessions: Sessions = new Map();
  const world: World = {
    home: path.join(base, 'home'),
    project,
    tree,
    url: model.url,
    settings: path.join(base, 'home/.claude/settings.json'),
    snappy: (args, status = 0) => runCli(base, args, status),
    addSkill(name, skill) {
      const dir = path.join(tree, 'state/skills', name);
      fs.mkdirSync(dir, { recursive: true });
      fs.writeFileSync(path.join(dir, 'SKILL.md'), skillMd(name, skill));
      fs.writeFileSync(path.join(dir, 'AGENTS.md'), skill.loader);
    },
    playOut: (driver, prompt, options = {}) => playTurn(world, { base, model, sessions }, [driver, prompt, options]),
    async play(driver, prompt, options = {}) {
      const { status, requests, stdout, stderr } = await world.playOut(driver, prompt, options);
      if (status === 0) return requests;
      throw new Error(`${driver.name} ${driver.version} ended with ${status}\n${stdout}${stderr}`);
    },
  };
  return world;
}

/** A world with these skills, compiled and wired for Claude Code as a person does it. */
export async function makeWiredWorld(skills: Readonly<Record<string, SkillText>>): Promise<World> {
  const world = await makeWorld();
  for (const [name, skill] of Object.entries(skills)) world.addSkill(name, skill);
  await world.snappy(['index', '--tree', world.tree]);
  await world.snappy(['install', '--tree', world.tree, '--runtime', 'claude-code', '--apply']);
  return world;
}

/** How often a text occurs in another. */
export function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Waits for a condition, at most 30 s; `what` is what has not come true otherwise. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const last = Date.now() + 30_000;
  while (!isTrue()) {
    if (Date.now() > last) throw new Error(`after 30 s it is still not so that ${what}`);
    await pause(50);
  }
}
