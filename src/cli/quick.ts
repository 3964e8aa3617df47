import type { Command } from './command.ts';
import { quickCommands } from './quick-table.ts';

/**
 * The row of the command that `argv` begins with, if it is one that has to be quick. A call for help is for the whole
 * program, as is whatever else there is to say of a command line.
 */
export function quickCommand(argv: readonly string[]): Command | undefined {
  if (argv.includes('--help') || argv.includes('-h')) return undefined;
  return quickCommands.find(({ name }) => name.split(' ').every((word, at) => argv[at] === word));
}
