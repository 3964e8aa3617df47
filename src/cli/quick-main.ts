import { quickCommands } from './quick-table.ts';
import { runCommandLine } from './run.ts';

/** The command line of the quick commands: bundled as `snappy-quick.js`. A person is asked by the whole program. */
export async function main(argv: readonly string[]): Promise<void> {
  await runCommandLine(argv, { commands: quickCommands, prompts: () => import('./full.ts') });
}
