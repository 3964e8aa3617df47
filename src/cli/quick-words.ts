import type { Command } from './command.ts';
import type { Words } from './run-command.ts';

/** `--if-stale` is `ifStale`. */
function keyOf(flag: string): string {
  return flag.slice(2).replace(/-[a-z]/g, (pair) => pair.slice(1).toUpperCase());
}

/** The flags of a command, each with whether it takes a value. */
function flagsOf({ flags }: Command): Map<string, boolean> {
  const known = flags.map(({ flags: form }) => form.split(' ') as [string, string?]);
  return new Map([
    ...known.map(([flag, value]) => [flag, value !== undefined] as const),
    ['--json', false],
    ['--dry', false],
  ]);
}

/**
 * The words behind a command's name, where they are plain: flags that it has, with a value behind those that take one, and as
 * many arguments as it takes. `undefined` for anything else, which may be right all the same: then it is for commander, which
 * takes ten times as long to be loaded.
 */
export function readPlainWords(command: Command, given: readonly string[]): Words | undefined {
  const known = flagsOf(command);
  const args: string[] = [];
  const flags: Record<string, string | boolean> = {};
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    const takesValue = known.get(word);
    if (takesValue === undefined) {
      if (word.startsWith('-')) return undefined;
      args.push(word);
    } else if (takesValue) {
      at += 1;
      const value = given[at];
      if (value === undefined || value.startsWith('-')) return undefined;
      flags[keyOf(word)] = value;
    } else flags[keyOf(word)] = true;
  }
  const least = command.args.filter((arg) => arg.startsWith('<')).length;
  const hasList = command.args.some((arg) => arg.includes('...'));
  return hasList || args.length < least || args.length > command.args.length ? undefined : { args, flags };
}
