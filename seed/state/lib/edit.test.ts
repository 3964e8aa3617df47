import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedLines, editId, editWays, formatEditRow, readEditRow } from './edit.ts';
import type { EditRow } from './edit.ts';

const identity = {
  ts: '2026-11-21T09:00:00.000Z',
  skill: 'deploy',
  machine_id: '0123456789ab',
  before: null,
  after: '0123456789ab',
};
const row: EditRow = {
  _v: 1,
  id: editId(identity),
  ...identity,
  runtime: 'codex',
  session: 'abc',
  how: 'tool',
  changes: [{ file: 'AGENTS.md', diff: '@@ -0,0 +1,1 @@\n+- a' }],
};

const revision = fc.option(fc.stringMatching(/^[0-9a-f]{12}$/));
const anyRow = fc
  .record({
    ts: fc
      .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    skill: fc.constantFrom('deploy', 'a.b', 'Größe', 'two words', '_x'),
    machine_id: fc.stringMatching(/^[0-9a-f]{12}$/),
    before: revision,
    after: revision,
    runtime: fc.string({ maxLength: 64 }),
    session: fc.string({ maxLength: 256 }),
    how: fc.constantFrom(...editWays),
    changes: fc.array(
      fc.record({ file: fc.string({ maxLength: 80 }), diff: fc.option(fc.string({ unit: 'binary' })) }),
    ),
  })
  .map((fields): EditRow => ({ _v: 1, id: editId(fields), ...fields }));

test('every row is one line that reads back as the same row', () => {
  fc.assert(
    fc.property(anyRow, (any) => {
      const line = formatEditRow(any);
      expect(line).not.toContain('\n');
      expect(readEditRow(line)).toEqual(any);
    }),
  );
});

test('an edit has one id, and another edit another one', () => {
  expect(editId({ ...identity })).toBe(row.id);
  const others = [
    { ...identity, ts: '2026-11-21T09:00:00.001Z' },
    { ...identity, skill: 'deploy2' },
    { ...identity, machine_id: 'ba9876543210' },
    { ...identity, before: '0123456789ab' },
    { ...identity, after: null },
    { ...identity, before: identity.after, after: identity.before },
  ];
  expect(new Set([row.id, ...others.map(editId)]).size).toBe(others.length + 1);
});

test('keys of others are dropped', () => {
  expect(readEditRow(JSON.stringify({ ...row, secret: 1 }))).toEqual(row);
});

test.each([
  ['a torn line', JSON.stringify(row).slice(0, -9)],
  ['a list', '[]'],
  ['another version', JSON.stringify({ ...row, _v: 2 })],
  ['no id', JSON.stringify({ ...row, id: 'x' })],
  ['a time that is none', JSON.stringify({ ...row, ts: '2026-99-99T00:00:00Z' })],
  ['a skill that leads out', JSON.stringify({ ...row, skill: '../x' })],
  ['a hidden skill', JSON.stringify({ ...row, skill: '.git' })],
  ['a revision that is none', JSON.stringify({ ...row, after: 'HEAD' })],
  ['a way that is none', JSON.stringify({ ...row, how: 'guessed' })],
  ['changes that are none', JSON.stringify({ ...row, changes: [{ file: 1, diff: null }] })],
  ['a very long session', JSON.stringify({ ...row, session: 'x'.repeat(257) })],
])('%s is no row', (_, line) => {
  expect(readEditRow(line)).toBeUndefined();
});

test('the lines of a diff are told without their marks, their Windows ends, and its notes', () => {
  expect(changedLines('@@ -1,2 +1,2 @@\n same\n-- old\r\n+- new\r\n\\ No newline at end of file')).toEqual({
    added: ['- new'],
    removed: ['- old'],
  });
  expect(changedLines(null)).toEqual({ added: [], removed: [] });
});
