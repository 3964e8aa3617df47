import { isatty } from 'node:tty';
import { SnappyError } from '../core/errors.ts';
import type { Command, Invocation, Outcome } from './command.ts';

/** What asks a person: loaded when somebody has to be asked. */
export type Prompts = Pick<Required<Invocation>, 'confirm'> & { secret(question: string): Promise<string | undefined> };

export const exitStatus = { failure: 1, usage: 2, refused: 3 } as const;

function lastLine(outcome: Outcome): string {
  if (outcome.changed !== undefined) return `Changed: ${outcome.changed}.`;
  return `Nothing was changed${outcome.unchanged === undefined ? '' : `: ${outcome.unchanged}`}.`;
}

function print(outcome: Outcome, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(outcome.data, undefined, 2)}\n`);
    return;
  }
  if (outcome.silent === true) return;
  const text = outcome.text.replace(/\n+$/, '');
  if (outcome.raw === true) process.stdout.write(`${text}\n`);
  else process.stdout.write(`${text === '' ? '' : `${text}\n\n`}${lastLine(outcome)}\n`);
}

/** The words of a command line, but for the command's name. */
export interface Words {
  readonly args: string[];
  readonly flags: Record<string, string | boolean | undefined>;
}

/** Runs one command, prints its outcome and sets the exit status. Throws what the command throws. */
export async function runCommand(
  command: Command,
  { args, flags }: Words,
  load: () => Promise<Prompts>,
): Promise<void> {
  const json = flags['json'] === true;
  const terminal = !json && isatty(0) && isatty(1);
  const body = await command.load();
  const outcome = await body({
    args,
    flags,
    cwd: process.cwd(),
    env: process.env,
    terminal,
    confirm: async (question, plan) => terminal && (await load()).confirm(question, plan),
    secret: terminal ? async (question) => (await load()).secret(question) : undefined,
    tell: terminal ? (line) => process.stderr.write(`${line}\n`) : undefined,
  });
  print(outcome, json);
  process.exitCode = outcome.refused === true ? exitStatus.refused : outcome.ok ? 0 : exitStatus.failure;
}

/** Says what has failed; gives the exit status. */
function report(error: unknown, json: boolean): number {
  const known = error instanceof SnappyError;
  const message = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  const hint = known ? error.hint : 'this is a defect of snappy-os: please report it with the lines above';
  if (json) process.stdout.write(`${JSON.stringify({ error: message, hint }, undefined, 2)}\n`);
  process.stderr.write(`snappy: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  return known ? exitStatus[error.code] : exitStatus.failure;
}

/** Does the work of a process: whatever fails in it is told, and becomes the exit status. */
export async function reporting(json: boolean, work: () => Promise<void>): Promise<void> {
  // A closed pipe (`snappy list | head`) is the reader's choice, not a failure.
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EPIPE') throw cause;
  });
  try {
    await work();
  } catch (error) {
    process.exitCode = report(error, json);
  }
}
