/** What agents and the loop run many times a day: `quick-table.ts` has the rows. */
export const quickNames: readonly string[] = ['index', 'log', 'pull', 'push', 'regen drain', 'regen notice'];

/**
 * The command that `argv` begins with, if it is one that has to be quick. A call for help is for the whole program, as is
 * whatever else there is to say of a command line.
 */
export function quickName(argv: readonly string[]): string | undefined {
  if (argv.includes('--help') || argv.includes('-h')) return undefined;
  return quickNames.find((name) => name.split(' ').every((word, at) => argv[at] === word));
}
