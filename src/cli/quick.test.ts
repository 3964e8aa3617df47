import { expect, test } from 'vitest';
import { quickCommands } from './quick-table.ts';
import { quickName, quickNames } from './quick.ts';
import { commands } from './table.ts';

test('the quick commands are rows of the whole table, under the names they are chosen by', () => {
  expect(quickCommands.map(({ name }) => name).toSorted()).toEqual(quickNames);
  for (const command of quickCommands) expect(commands).toContain(command);
});

test.each([
  ['push --apply', 'push'],
  ['regen drain', 'regen drain'],
  ['regen', undefined],
  ['regen list', undefined],
  ['push --help', undefined],
  ['--version', undefined],
  ['', undefined],
])('`snappy %s` is the quick command %s', (line, quick) => {
  expect(quickName(line.split(' '))).toBe(quick);
});
