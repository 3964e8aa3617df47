import { expect, test } from 'vitest';
import { formatEditRow } from '../../../seed/state/lib/edit.ts';
import { readLineHistory } from './line-history.ts';

const row = (id: string, ts: string, machine: string, line: string): string =>
  `${formatEditRow({ _v: 1, id: id.repeat(16), ts, skill: 'tool', machine_id: machine, runtime: 'codex', session: 's', how: 'tool', before: null, after: null, changes: [{ file: 'AGENTS.md', diff: `@@ -1,0 +1,1 @@\n+${line}` }] })}\n`;

test('the newest edit that brought a line says when and where it was written', () => {
  const one =
    row('1', '2026-11-21T10:00:00.000Z', 'first', '- a fact') +
    row('2', '2026-11-21T12:00:00.000Z', 'later', '- a fact');
  const history = readLineHistory(one, `${row('3', '2026-11-21T11:00:00.000Z', 'between', '- a fact')}torn {`);
  expect(history.machineOf('tool', '- a fact')).toBe('later');
  expect(history.timeOf('tool', '- a fact')).toBe(Date.parse('2026-11-21T12:00:00.000Z'));
  expect(history.timeOf('tool', '- unknown')).toBe(0);
  expect(history.machineOf('other', '- a fact')).toBeUndefined();
});

test('two edits of one moment count alike on every machine, and the number of an item says nothing', () => {
  const [a, b] = [
    row('a', '2026-11-21T10:00:00.000Z', 'a', '2. Step'),
    row('b', '2026-11-21T10:00:00.000Z', 'b', '2. Step'),
  ];
  expect(readLineHistory(a, b).machineOf('tool', '7. Step')).toBe('b');
  expect(readLineHistory(b, a).machineOf('tool', '7. Step')).toBe('b');
});
