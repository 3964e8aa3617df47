import * as ask from './ask.ts';
import { runCommandLine } from './run.ts';
import { commands } from './table.ts';

export { confirm, secret } from './ask.ts';
// Too large for the quick commands, which need them seldom.
export { scanByRules } from '../core/credential-rules.ts';

/** `npx snappy-os`, with flags or without, sets a machine up: it is an install. */
function withCommand(argv: readonly string[]): readonly string[] {
  const [first] = argv;
  const bare = first === undefined || (first.startsWith('--') && first !== '--help' && first !== '--version');
  return bare ? ['install', ...argv] : argv;
}

/** The whole command line: bundled as `snappy-full.cjs`. */
export async function main(argv: readonly string[]): Promise<void> {
  await runCommandLine(withCommand(argv), { commands, prompts: async () => ask });
}
