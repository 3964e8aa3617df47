// Calls the hook of a tree as a runtime does, and knows when what the hook has left running behind it has come to an end.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { layout } from '../../src/core/paths.ts';
import type { HookEvent } from '../../src/hook/run.ts';

/** What came back of a call. */
export interface HookCall {
  /** What the runtime reads. */
  readonly answer: string;
  /** Ends when the processes that the hook has started in the background have ended too. */
  readonly settled: Promise<void>;
}

/** The longest that anything in the background may take, in milliseconds. */
const patience = 120_000;

/**
 * Runs the hook once. Its background holds none of the caller's three descriptors, but it inherits a fourth, and that one
 * reads as ended when the last of them has gone.
 */
export async function callHook(
  tree: string,
  event: HookEvent,
  input: object,
  env: NodeJS.ProcessEnv,
): Promise<HookCall> {
  const child = spawn('sh', [path.join(tree, layout.hook), event], { env, stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
  child.stdin?.end(JSON.stringify(input));
  const settled = ended(child, `${event} of ${tree}`);
  const [answer] = await Promise.all([text(child.stdout as Readable), exited(child)]);
  return { answer, settled };
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}

function ended(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const held = child.stdio[3] as Readable;
    const late = setTimeout(() => reject(new Error(`what the hook has started is still running: ${what}`)), patience);
    held.on('close', () => {
      clearTimeout(late);
      resolve();
    });
    held.resume();
  });
}

/** The text that an answer puts before the agent, as Claude Code reads it; '' for none. */
export function contextOf(answer: string): string {
  return outputOf(answer).additionalContext ?? '';
}

/** The task that an answer gives a subagent in place of its own; `undefined` when it leaves it alone. */
export function rewrittenTask(answer: string): string | undefined {
  return outputOf(answer).updatedInput?.prompt;
}

interface HookOutput {
  readonly additionalContext?: string;
  readonly updatedInput?: { readonly prompt?: string };
}

function outputOf(answer: string): HookOutput {
  if (answer === '') return {};
  return (JSON.parse(answer) as { hookSpecificOutput?: HookOutput }).hookSpecificOutput ?? {};
}
