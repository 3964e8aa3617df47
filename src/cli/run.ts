import { Command as Program, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Command } from './command.ts';
import { exitStatus, reporting, runCommand } from './run-command.ts';
import type { Prompts } from './run-command.ts';

/** What may be said on a command line, and who asks back. */
export interface CommandLine {
  readonly commands: readonly Command[];
  readonly prompts: () => Promise<Prompts>;
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

/** Runs one command line (without `node` and the script's name) and sets the exit status. */
export async function runCommandLine(argv: readonly string[], line: CommandLine): Promise<void> {
  await reporting(argv.includes('--json'), async () => {
    try {
      await buildProgram(line).parseAsync([...argv], { from: 'user' });
    } catch (error) {
      // It has been told by commander itself.
      if (!(error instanceof CommanderError)) throw error;
      process.exitCode = error.exitCode === 0 ? 0 : exitStatus.usage;
    }
  });
}
