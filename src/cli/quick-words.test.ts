import { Command as Program } from 'commander';
import { describe, expect, test } from 'vitest';
import { quickCommands } from './quick-table.ts';
import { readPlainWords } from './quick-words.ts';

/** What commander makes of the same words, with the flags that every command has. */
function byCommander(words: readonly string[], { args, flags }: (typeof quickCommands)[number]): unknown {
  const program = new Program('x')
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => undefined });
  for (const argument of args) program.argument(argument);
  for (const flag of [...flags.map((known) => known.flags), '--json', '--dry']) program.option(flag);
  program.action(() => undefined).parse([...words], { from: 'user' });
  return { args: program.args, flags: program.opts() };
}

const lines: Readonly<Record<string, readonly string[]>> = {
  index: ['', '--if-stale', '--tree /a --if-stale --json'],
  log: ['skill what', 'skill what --fixed --action-kind ran', '--fixed skill what'],
  'regen drain': ['', 'skill', '--runtime codex --session 12 skill'],
  'regen notice': ['--how tool'],
  push: ['', '--apply', '--tree /a --apply --dry', '--scope all --scope state', '--allow-for 30d --auto --delete'],
  pull: ['--repo kernel --json --apply'],
};

const split = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('plain words', () => {
  test('are read as commander reads them, for each quick command', () => {
    expect(Object.keys(lines).toSorted()).toEqual(quickCommands.map(({ name }) => name).toSorted());
    for (const command of quickCommands)
      for (const line of lines[command.name] ?? [])
        expect(readPlainWords(command, split(line)), line).toEqual(byCommander(split(line), command));
  });

  test.each(['--bogus', '--tree', '--tree=/a', '--tree --apply', '-x', '--', 'word', '--no-apply', '--app'])(
    'are not `push %s`: that is for commander',
    (line) => {
      const push = quickCommands.find(({ name }) => name === 'push');
      expect(push && readPlainWords(push, split(line))).toBeUndefined();
    },
  );

  test.each(['one', 'one two three'])('are not `log %s`, which has too few or too many', (line) => {
    const log = quickCommands.find(({ name }) => name === 'log');
    expect(log && readPlainWords(log, split(line))).toBeUndefined();
  });
});
