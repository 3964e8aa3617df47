import { Command as Program, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { SnappyError } from '../core/errors.ts';
import type { Command, Invocation, Outcome } from './command.ts';

/** What asks a person: loaded when somebody has to be asked. */
export type Prompts = Pick<Required<Invocation>, 'confirm'> & { secret(question: string): Promise<string | undefined> };

const exitStatus = { failure: 1, usage: 2, refused: 3 } as const;

/** What may be said on a command line, and who asks back. */
export interface CommandLine {
  readonly commands: readonly Command[];
  readonly prompts: () => Promise<Prompts>;
}

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

/** The words of a command line. */
interface Words {
  readonly args: string[];
  readonly flags: Record<string, string | boolean | undefined>;
}

async function runCommand(command: Command, { args, flags }: Words, load: () => Promise<Prompts>): Promise<void> {
  const json = flags['json'] === true;
  const terminal = !json && process.stdin.isTTY === true && process.stdout.isTTY === true;
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

function addCommand(program: Program, command: Command, { commands, prompts }: CommandLine): void {
  const [group, leaf] = command.name.split(' ') as [string, string | undefined];
  let parent = program;
  if (leaf !== undefined) {
    const words = commands
      .filter((other) => other.name.startsWith(`${group} `))
      .map((other) => other.name.split(' ')[1]);
    parent =
      program.commands.find((known) => known.name() === group) ??
      program.command(group).description(words.join(', ')).showHelpAfterError('(add --help to see what it takes)');
  }
  const entry = parent
    .command(leaf ?? group)
    .description(command.summary)
    .allowExcessArguments(false);
  for (const argument of command.args) entry.argument(argument);
  for (const flag of command.flags) entry.option(flag.flags, flag.summary);
  entry.option('--json', 'print one JSON value instead of text');
  entry.option('--dry', 'change nothing, say what would be changed');
  entry.action(async (...given: unknown[]) => {
    const args = given
      .slice(0, command.args.length)
      .flat()
      .filter((word): word is string => typeof word === 'string');
    await runCommand(command, { args, flags: entry.opts() }, prompts);
  });
}

function buildProgram(line: CommandLine): Program {
  const program = new Program('snappy')
    .description('One tree of skills for every coding agent you run.')
    .version(packageJson.version)
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(add --help to see what it takes)')
    // `gateway` and `gateway operator` take flags of one name: each is for the command it stands behind.
    .enablePositionalOptions()
    .exitOverride();
  for (const command of line.commands) addCommand(program, command, line);
  return program;
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
  const known = error instanceof SnappyError;
  const message = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  const hint = known ? error.hint : 'this is a defect of snappy-os: please report it with the lines above';
  if (json) process.stdout.write(`${JSON.stringify({ error: message, hint }, undefined, 2)}\n`);
  process.stderr.write(`snappy: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  return known ? exitStatus[error.code] : exitStatus.failure;
}

/** Runs one command line (without `node` and the script's name) and sets the exit status. */
export async function runCommandLine(argv: readonly string[], line: CommandLine): Promise<void> {
  // A closed pipe (`snappy list | head`) is the reader's choice, not a failure.
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EPIPE') throw cause;
  });
  try {
    await buildProgram(line).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, argv.includes('--json'));
  }
}
