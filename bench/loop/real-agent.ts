// The same programs in the hands of a real agent: `--agent claude` or `--agent codex`. It is wired as a user wires it, in a
// throwaway home, and gets plain tasks. A step is one run of a program; nothing is scripted, so no goal is held.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/core/paths.ts';
import { scratch } from '../corpus.ts';
import { figure, report } from '../report.ts';
import type { Row } from '../report.ts';
import { laySkills, readLoader } from './loaders.ts';
import { makePlan } from './plan.ts';
import { layPrograms, makePrograms, promptOf } from './programs.ts';
import { scenarios } from './scenarios.ts';

interface RealAgent {
  readonly runtime: string;
  readonly program: string;
  /** The environment variables of which one must hold a key; they are all the agent gets of the caller's. */
  readonly keys: readonly string[];
  readonly install: readonly string[];
  readonly args: (prompt: string, tree: string) => readonly string[];
}

const agents: Readonly<Record<string, RealAgent>> = {
  claude: {
    runtime: 'claude-code',
    program: 'claude',
    keys: ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'],
    install: [],
    args: (prompt, tree) => [
      '-p',
      '--permission-mode',
      'acceptEdits',
      '--allowedTools',
      'Bash',
      '--add-dir',
      tree,
      prompt,
    ],
  },
  codex: {
    runtime: 'codex',
    program: 'codex',
    keys: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
    install: ['--trust-codex-hooks'],
    args: (prompt, tree) => [
      'exec',
      '--skip-git-repo-check',
      '-c',
      'sandbox_mode="workspace-write"',
      '-c',
      `sandbox_workspace_write.writable_roots=${JSON.stringify([path.join(tree, 'state')])}`,
      prompt,
    ],
  },
};

const sessions = 6;
const programs = 2;
const longestMs = 10 * 60 * 1000;

/** A session is one prompt of one process. Prints what each took; throws what a person can act on. */
export function runRealAgent(name: string): void {
  const agent = agents[name];
  if (agent === undefined) throw new Error(`--agent is one of ${Object.keys(agents).join(', ')}, not ${name}`);
  const keys = Object.fromEntries(agent.keys.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
  if (Object.keys(keys).length === 0)
    throw new Error(`${name} needs a key, and costs money: set ${agent.keys.join(' or ')}`);
  const world = layWorld(agent, keys);
  const rows = world.prompts.flatMap((prompt, at): Row[] => {
    fs.writeFileSync(world.log, '');
    const before = world.loaders();
    const options = { cwd: world.project, env: world.env, encoding: 'utf8', timeout: longestMs } as const;
    const { status, stderr, error } = spawnSync(agent.program, agent.args(prompt, world.tree), options);
    if (status !== 0)
      throw new Error(`${agent.program} ended with status ${status}\n${stderr ?? ''}`, { cause: error });
    const steps = fs.readFileSync(world.log, 'utf8').split('\n').length - 1;
    const changed = world.loaders() === before ? 'as they were' : 'changed';
    return [figure(`session ${at + 1}: programs run (loaders ${changed})`, steps, '')];
  });
  report(`loop by ${name}`, rows);
}

function layWorld(agent: RealAgent, keys: NodeJS.ProcessEnv) {
  const dir = scratch();
  const [home = '', project = '', bin = '', hidden = '', tree = ''] = ['home', 'project', 'bin', 'hidden', 'tree'].map(
    (name) => path.join(dir, name),
  );
  for (const folder of [home, project, bin]) fs.mkdirSync(folder);
  const log = path.join(dir, 'steps.log');
  const made = makePrograms(1, programs);
  layPrograms(hidden, made);
  for (const { name } of made) {
    const script = `#!/bin/sh\necho "${name} $*" >>'${log}'\nexec '${path.join(hidden, name)}' "$@"\n`;
    fs.writeFileSync(path.join(bin, name), script, { mode: 0o755 });
  }
  const env: NodeJS.ProcessEnv = {
    ...keys,
    PATH: `${bin}:${path.dirname(process.execPath)}:${process.env['PATH']}`,
    HOME: home,
  };
  const snappy = (...args: string[]): void => {
    const built = path.resolve(import.meta.dirname, '../../dist/snappy.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [built, ...args], {
      env,
      cwd: project,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`snappy ${args[0]} ended with status ${status}\n${stdout}${stderr}`);
  };
  snappy('init', tree);
  laySkills(tree, made, 1);
  snappy('index', '--tree', tree);
  snappy('install', '--tree', tree, '--runtime', agent.runtime, ...agent.install, '--apply');
  const scenario = { ...scenarios.clean, programs, focus: 1, sessions, turns: 1 };
  const plan = makePlan(
    1,
    scenario,
    made.map(({ name }) => name),
  );
  const prompts = plan.flatMap(({ turns }) => turns.map(({ task }) => `${promptOf(task)} It is on the PATH.`));
  const loaders = (): string => made.map(({ name }) => readLoader(tree, name)).join('\n');
  return { home, project, tree, log, env, prompts, loaders, skills: path.join(tree, layout.skills) };
}
