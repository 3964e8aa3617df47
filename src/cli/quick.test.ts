import { expect, test } from 'vitest';
import { quickCommands } from './quick-table.ts';
import { isQuick, quickNames } from './quick.ts';
import { commands } from './table.ts';

test('the quick commands are rows of the whole table, under the names they are chosen by', () => {
  expect(quickCommands.map(({ name }) => name).toSorted()).toEqual(quickNames);
  for (const command of quickCommands) expect(commands).toContain(command);
});

test.each([
  ['push --apply', true],
  ['regen drain', true],
  ['regen', false],
  ['regen list', false],
  ['push --help', false],
  ['--version', false],
  ['', false],
])('`snappy %s` is for the quick ones: %s', (line, quick) => {
  expect(isQuick(line.split(' '))).toBe(quick);
});
