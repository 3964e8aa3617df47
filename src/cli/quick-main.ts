import { quickCommands } from './quick-table.ts';
import { readPlainWords } from './quick-words.ts';
import { reporting, runCommand } from './run-command.ts';

/**
 * The command line of the quick commands: bundled as `snappy-quick.cjs`. A person is asked by the whole program, and whatever is
 * not said plainly is for it too.
 */
export async function main(argv: readonly string[]): Promise<void> {
  for (const command of quickCommands) {
    const name = command.name.split(' ');
    if (!name.every((word, at) => argv[at] === word)) continue;
    const words = readPlainWords(command, argv.slice(name.length));
    if (words === undefined) break;
    return reporting(argv.includes('--json'), () => runCommand(command, words, () => import('./full.ts')));
  }
  return (await import('./full.ts')).main(argv);
}
