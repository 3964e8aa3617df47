import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run, type Claude, type Ended } from './claude.ts';
import { startModel, type Cue, type ModelRequest } from './model-server.ts';

const cli = path.resolve(import.meta.dirname, '../../dist/snappy.js');

/** What a test says of a skill; its SKILL.md is made from it. */
export interface SkillText {
  readonly description: string;
  readonly triggers: readonly string[];
  readonly loader: string;
}

export interface PlayOptions {
  readonly cues?: readonly Cue[];
  /** The session's id: a new one, or with `resume` one that was played before. */
  readonly session?: string;
  readonly resume?: boolean;
  readonly args?: readonly string[];
}

/** A throwaway home, project and tree, and the programs run in them. */
export interface World {
  readonly home: string;
  readonly project: string;
  readonly tree: string;
  readonly settings: string;
  /** Runs the built CLI; fails the test when it ends with anything but `status` (0). */
  snappy(args: readonly string[], status?: number): Promise<Ended>;
  addSkill(name: string, skill: SkillText): void;
  /** Plays one `claude -p`: gives the requests that reached the model. */
  play(claude: Claude, prompt: string, options?: PlayOptions): Promise<ModelRequest[]>;
}

const worlds: string[] = [];

/** Removes what `makeWorld` has made. */
export function removeWorlds(): void {
  // A compile that the hook started in the background may still be writing.
  for (const dir of worlds.splice(0)) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

function skillMd(name: string, { description, triggers }: SkillText): string {
  const list = triggers.map((trigger) => `  - ${JSON.stringify(trigger)}\n`).join('');
  return `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\ntriggers:\n${list}eval: manual\n---\n# ${name}\n\n## Eval\n\nBy hand.\n`;
}

// Nothing of the caller's environment but PATH: no key, no proxy, no settings; nothing is written outside `base`.
function environment(base: string): NodeJS.ProcessEnv {
  const scratch = path.join(base, 'tmp');
  return {
    PATH: process.env['PATH'],
    HOME: path.join(base, 'home'),
    LANG: 'C.UTF-8',
    TMPDIR: scratch,
    CLAUDE_CODE_TMPDIR: scratch,
  };
}

// The model is at `url`; the DISABLE names keep the program off the network, IS_SANDBOX lets root pass over permissions.
function claudeEnvironment(base: string, url: string): NodeJS.ProcessEnv {
  return {
    ...environment(base),
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'not-a-key',
    IS_SANDBOX: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
}

async function runCli(base: string, args: readonly string[], status: number): Promise<Ended> {
  const cwd = path.join(base, 'project');
  const ended = await run(process.execPath, [cli, ...args], { cwd, env: environment(base), seconds: 30 });
  if (ended.status === status) return ended;
  throw new Error(`snappy ${args.join(' ')} ended with ${ended.status}\n${ended.stdout}${ended.stderr}`);
}

async function playTurn(base: string, claude: Claude, prompt: string, options: PlayOptions): Promise<ModelRequest[]> {
  const { cues = [], session = randomUUID(), resume = false, args = ['--dangerously-skip-permissions'] } = options;
  const words = ['-p', resume ? '--resume' : '--session-id', session, ...args, prompt];
  const model = await startModel(cues);
  try {
    const env = claudeEnvironment(base, model.url);
    const ended = await run(claude.program, words, { cwd: path.join(base, 'project'), env, seconds: 60 });
    if (ended.status === 0) return [...model.requests];
    throw new Error(`claude ${claude.version} ended with ${ended.status}\n${ended.stdout}${ended.stderr}`);
  } finally {
    await model.close();
  }
}

/** A new world with a tree made by `snappy init`; its skills are not linked and no hook is wired yet. */
export async function makeWorld(): Promise<World> {
  const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'snappy-runtime-'));
  worlds.push(base);
  for (const name of ['home', 'project', 'tmp']) fs.mkdirSync(path.join(base, name), { mode: 0o700 });
  // A path with blanks, as people have them.
  const tree = path.join(base, 'tree of skills');
  await runCli(base, ['init', tree], 0);
  return {
    home: path.join(base, 'home'),
    project: path.join(base, 'project'),
    tree,
    settings: path.join(base, 'home/.claude/settings.json'),
    snappy: (args, status = 0) => runCli(base, args, status),
    addSkill(name, skill) {
      const dir = path.join(tree, 'state/skills', name);
      fs.mkdirSync(dir, { recursive: true });
      fs.writeFileSync(path.join(dir, 'SKILL.md'), skillMd(name, skill));
      fs.writeFileSync(path.join(dir, 'AGENTS.md'), skill.loader);
    },
    play: (claude, prompt, options = {}) => playTurn(base, claude, prompt, options),
  };
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
