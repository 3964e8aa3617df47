// What the wiring of each runtime adds to the bare hook: the command as it stands in the runtime's settings, run by a
// shell as runtimes do, against the hook program alone; for runtimes that load a module of ours, a call by that module's
// connection against a plain start of the hook program from the same Node.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { connect } from '../seed/state/hooks/modules/connect.mjs';
import { layout } from '../src/core/paths.ts';
import { hookPath, isHookCommand } from '../src/runtimes/hook-command.ts';
import type { Runtime } from '../src/runtimes/row.ts';
import { runtimes } from '../src/runtimes/table.ts';
import { median, plainEnv, ratio, timeInTurn } from './timing.ts';
import type { Command } from './timing.ts';

/** How much longer a turn's hook takes by the wiring of one runtime than bare. */
export interface Overhead {
  readonly runtime: string;
  readonly ratio: number;
}

/** A session whose ledger is emptied before each call, so that every call gives the loader. */
const session = 'bench';

/** The strings in a JSON value, at any depth. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The prompt hook's command as install writes it into the settings; `undefined` for a runtime that loads a module. */
function promptCommand(runtime: Runtime, tree: string, home: string): string | undefined {
  const seedText = (name: string): string => fs.readFileSync(path.join(tree, 'state/hooks', name), 'utf8');
  const targets = runtime.targets({ place: { home, env: {} }, tree, trusted: [], seedText });
  const values = targets.map((target) => (target.kind === 'file' ? (parsed(target.text) ?? target.text) : target));
  const ours = strings(values).filter(isHookCommand);
  if (ours.length === 0) throw new Error(`${runtime.name} is not wired to the hook program`);
  return ours.find((text) => / prompt( [a-z]+)?$/.test(text));
}

function inputOf(runtime: Runtime, prompt: string): string {
  const sample = runtime.samples.find(({ call }) => call === 'prompt')?.input as object;
  // Cursor's word for it is the second.
  return JSON.stringify({ ...sample, session_id: session, conversation_id: session, prompt });
}

/** A hook that is fast because it says nothing is not what is timed. */
function expectLoader(answer: string, hook: Hook): void {
  if (!answer.includes(hook.answer)) throw new Error(`the hook brought no loader, but ${JSON.stringify(answer)}`);
}

function byShell(wired: readonly { runtime: Runtime; command: string }[], hook: Hook, rounds: number): Overhead[] {
  const commands = wired.flatMap(({ runtime, command }): Command[] => {
    const rest = { input: inputOf(runtime, hook.prompt), before: hook.forget };
    hook.forget();
    expectLoader(spawnSync('sh', ['-c', command], { input: rest.input, encoding: 'utf8' }).stdout, hook);
    return [
      { name: 'bare', command: 'sh', args: [hook.program, 'prompt'], ...rest },
      { name: runtime.name, command: 'sh', args: ['-c', command], ...rest },
    ];
  });
  const timings = timeInTurn(commands, rounds);
  return wired.flatMap(({ runtime }, at) => {
    const [bare, own] = [timings[2 * at], timings[2 * at + 1]];
    return bare && own ? [{ runtime: runtime.name, ratio: ratio(own, bare) }] : [];
  });
}

/** Starts the hook program as `connect` does, and no more. */
function startBare(program: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['prompt'], { stdio: ['pipe', 'pipe', 'ignore'], env: plainEnv() });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
    child.on('error', reject).on('close', () => resolve(printed));
    child.stdin.end(input);
  });
}

async function timeCall(hook: Hook, call: () => Promise<string>): Promise<number> {
  hook.forget();
  const begin = performance.now();
  const answer = await call();
  const time = performance.now() - begin;
  expectLoader(answer, hook);
  return time;
}

async function byModule(runtime: Runtime, hook: Hook, rounds: number): Promise<Overhead> {
  const snappy = connect(hook.program, runtime.id);
  const input = JSON.stringify({ session_id: session, hook_event_name: 'UserPromptSubmit', prompt: hook.prompt });
  const warmUp = 3;
  const ratios: number[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const bare = await timeCall(hook, () => startBare(hook.program, input));
    const own = await timeCall(hook, () => snappy.prompt(session, '/nowhere', hook.prompt));
    if (round >= warmUp) ratios.push(own / bare);
  }
  return { runtime: runtime.name, ratio: median(ratios) };
}

/** A hook program, and a prompt that brings a loader in which `answer` stands. */
interface Hook {
  readonly program: string;
  readonly prompt: string;
  readonly answer: string;
  /** Makes the hook forget what the session was given. */
  readonly forget: () => void;
}

/**
 * The overhead of each runtime that has a hook at the prompt, as the median over `rounds` of the ratio in each.
 * @param tree a tree whose index is compiled
 * @param prompt one that brings the loader of the skill `name`
 */
export async function hookOverheads(tree: string, prompt: string, name: string, rounds: number): Promise<Overhead[]> {
  const ledger = path.join(tree, layout.sessions, `s-${session}`);
  const hook = { program: hookPath(tree), prompt, answer: `\`${name}\``, forget: () => fs.writeFileSync(ledger, '') };
  const all = runtimes
    .filter(({ context }) => context.perTurn)
    .map((runtime) => ({ runtime, command: promptCommand(runtime, tree, path.join(tree, '..', 'home')) }));
  const wired = all.flatMap(({ runtime, command }) => (command === undefined ? [] : [{ runtime, command }]));
  const overheads = byShell(wired, hook, rounds);
  for (const { runtime, command } of all)
    if (command === undefined) overheads.push(await byModule(runtime, hook, rounds));
  return overheads;
}
