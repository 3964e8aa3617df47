// One machine with a tree on it: the hook is called by events, programs and commands are run, files are changed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/core/paths.ts';
import type { HookEvent } from '../../src/hook/run.ts';
import type { Action, Change, Reply } from './agent.ts';
import { callHook, contextOf, rewrittenTask } from './hook-call.ts';
import { usageOf } from './programs.ts';

/** What tells the places of a machine. */
export interface Place {
  readonly tree: string;
  readonly home: string;
  /** The folder of the programs. */
  readonly programs: string;
  /** Events that this machine's runtime does not call the hook for. */
  readonly off: ReadonlySet<HookEvent>;
}

/** Does what no agent does, on a machine, and may look at the machine before and after. */
export type Guard = <T>(by: 'notice' | 'drain' | 'merge', machine: Machine, work: () => Promise<T>) => Promise<T>;

/** The runtime's part of a machine: what happens around the agent. */
export class Machine {
  readonly place: Place;
  readonly #env: NodeJS.ProcessEnv;
  readonly #guard: Guard;

  constructor(place: Place, guard: Guard) {
    this.place = place;
    this.#guard = guard;
    this.#env = {
      PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: place.home,
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C',
    };
  }

  get tree(): string {
    return this.place.tree;
  }

  /** One event to its very end, the background with it; what the hook printed. */
  async #event(event: HookEvent, input: object): Promise<string> {
    if (this.place.off.has(event)) return '';
    const { answer, settled } = await callHook(this.tree, event, { ...input, cwd: this.place.home }, this.#env);
    await settled;
    return answer;
  }

  async begin(session: string): Promise<void> {
    await this.#event('session', { session_id: session, hook_event_name: 'SessionStart', source: 'startup' });
  }

  /** The history of a session is summed up: what the hook gave it is gone from it. */
  async compact(session: string): Promise<void> {
    await this.#event('session', { session_id: session, hook_event_name: 'SessionStart', source: 'compact' });
  }

  /** What a prompt brings. */
  async prompt(session: string, prompt: string): Promise<string> {
    const input = { session_id: session, hook_event_name: 'UserPromptSubmit', prompt };
    return contextOf(await this.#event('prompt', input));
  }

  /** What a subagent is given besides the words of its task. */
  async subagent(session: string, task: string): Promise<string> {
    const tool_input = { description: 'a task', prompt: task, subagent_type: 'general' };
    const input = { session_id: session, hook_event_name: 'PreToolUse', tool_name: 'Agent', tool_input };
    return (rewrittenTask(await this.#event('subagent', input)) ?? task).slice(task.length);
  }

  /** Carries out what an agent does to files. Says false where its tool would refuse. */
  async change(session: string, action: Extract<Action, { path: string }>): Promise<Reply> {
    const { path: file } = action;
    if (!file.startsWith(`${this.tree}/`)) return { ok: false };
    switch (action.does) {
      case 'log':
        fs.appendFileSync(file, `${action.line}\n`);
        return { ok: true };
      case 'sed':
        fs.writeFileSync(file, sed(file, action.script));
        return this.#changed(session, file);
      case 'write':
        fs.writeFileSync(file, action.text);
        return action.inShell ? this.#changed(session, file) : this.#edited(session, file, 'Write');
      case 'edit': {
        const text = replaced(fs.readFileSync(file, 'utf8'), action.changes);
        if (text === undefined) return { ok: false };
        fs.writeFileSync(file, text);
        return this.#edited(session, file, 'Edit');
      }
    }
  }

  /** A file was changed by the agent's own tool. */
  async #edited(session: string, file: string, tool: string): Promise<Reply> {
    const call = { tool_name: tool, tool_input: { file_path: file } };
    const input = { session_id: session, hook_event_name: 'PostToolUse', ...call };
    await this.#guard('notice', this, () => this.#event('edit', input));
    return { ok: true };
  }

  /** A file was changed by something else, and the runtime saw it. */
  async #changed(session: string, file: string): Promise<Reply> {
    const input = { session_id: session, hook_event_name: 'FileChanged', file_path: file, event: 'change' };
    await this.#guard('notice', this, () => this.#event('changed', input));
    return { ok: true };
  }

  async stop(session: string): Promise<void> {
    const input = { session_id: session, hook_event_name: 'Stop', stop_hook_active: false };
    await this.#guard('drain', this, () => this.#event('stop', input));
  }

  /** Brings the tree and its remote together. */
  async sync(): Promise<void> {
    await this.#guard('merge', this, async () => this.snappy('sync', '--apply'));
  }

  /** Whether a program takes this value of a topic. */
  use(program: string, topic: string, value: string): boolean {
    return this.#run(path.join(this.place.programs, program), usageOf(topic, value)).status === 0;
  }

  /** What a program says of a topic when one takes the time. */
  explain(program: string, topic: string): string {
    return this.#run(path.join(this.place.programs, program), ['explain', topic]).stdout.trim();
  }

  /** Runs the tree's own `snappy` to its end. Throws with what it printed when it fails. */
  snappy(...args: string[]): string {
    const words = [path.join(this.tree, layout.cli), ...args, '--tree', this.tree];
    const { status, stdout, stderr } = this.#run(process.execPath, words);
    if (status !== 0) throw new Error(`snappy ${args.join(' ')} ended with status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  git(...args: string[]): string {
    const { status, stdout, stderr } = this.#run('git', ['-C', this.tree, ...args]);
    if (status !== 0) throw new Error(`git ${args.join(' ')} ended with status ${status}\n${stderr}`);
    return stdout;
  }

  #run(program: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(program, args, { cwd: this.place.home, env: this.#env, encoding: 'utf8' });
  }
}

function sed(file: string, script: readonly string[]): string {
  const args = [...script.flatMap((command) => ['-e', command]), file];
  const { status, stdout, stderr } = spawnSync('sed', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`sed ended with status ${status}: ${stderr}`);
  return stdout;
}

/** A text after an edit tool's changes; `undefined` where a line to be replaced is not there, or not the only one. */
export function replaced(text: string, changes: readonly Change[]): string | undefined {
  const lines = text.split('\n');
  for (const { old, new: line } of changes) {
    const wanted = old === '' ? '## Commands' : old;
    const at = lines.indexOf(wanted);
    if (at === -1 || lines.indexOf(wanted, at + 1) !== -1) return undefined;
    if (old === '') lines.splice(at + 1, 0, line);
    else lines.splice(at, 1, ...(line === '' ? [] : [line]));
  }
  return lines.join('\n');
}
