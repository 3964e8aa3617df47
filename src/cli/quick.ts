/** What agents and the loop run many times a day: `quick-table.ts` has the rows. */
export const quickNames: readonly string[] = ['index', 'log', 'pull', 'push', 'regen drain', 'regen notice'];

/**
 * Whether `argv` begins with a command that has to be quick. A call for help is for the whole program, as is whatever else
 * there is to say of a command line.
 */
export function isQuick(argv: readonly string[]): boolean {
  if (argv.includes('--help') || argv.includes('-h')) return false;
  return quickNames.some((name) => name.split(' ').every((word, at) => argv[at] === word));
}
