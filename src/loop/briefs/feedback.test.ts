import { afterEach, expect, test } from 'vitest';
import { makeTestTree } from '../../skills/test-tree.ts';
import type { TestTree } from '../../skills/test-tree.ts';
import { readFeedback } from './feedback.ts';

let tree: TestTree | undefined;
afterEach(() => tree?.remove());

const read = (log: string, old?: string): ReturnType<typeof readFeedback> => {
  tree = makeTestTree({
    'state/log/loader-feedback.log': log,
    ...(old === undefined ? {} : { 'state/log/agents-md-feedback.log': old }),
  });
  return readFeedback(tree.dir);
};
const row = (time: string, what: string): string => `[2026-11-21T${time}] x: ${what} [LOGGED]`;
const textsOf = ({ rows }: ReturnType<typeof readFeedback>): string[] => rows.map(({ what }) => what);

test('rows of both logs are in the order of their times', () => {
  const rows = read(`${row('10:00:00Z', 'c')}\n${row('09:00:00Z', 'b')}\n`, `${row('08:00:00Z', 'a')}\n`);
  expect(textsOf(rows)).toEqual(['a', 'b', 'c']);
});

test('rows of one second stay in the order they were written, with milliseconds or without', () => {
  const rows = read([row('10:00:00.900Z', 'a'), row('10:00:00Z', 'b'), row('10:00:00.100Z', 'c')].join('\n'));
  expect(textsOf(rows)).toEqual(['a', 'b', 'c']);
});

test('torn and foreign lines are counted, and a row that is there twice counts once', () => {
  const twice = row('10:00:00Z', 'a');
  const rows = read(`${twice}\n# note\n\n[2026-11-21T10:0`, `${twice}\n`);
  expect(textsOf(rows)).toEqual(['a']);
  expect(rows.skipped).toBe(2);
});

test('a row that a shell appended to one that was torn is read', () => {
  const rows = read(`${row('09:00:00Z', 'a').slice(0, 30)}${row('10:00:00Z', 'b')}\n${row('11:00:00Z', 'c')}\n`);
  expect(textsOf(rows)).toEqual(['b', 'c']);
  expect(rows.skipped).toBe(1);
});

test('a line that is too long to be a row is passed over and counted, whatever is in it', () => {
  const long = row('09:00:00Z', 'x'.repeat(4100));
  const hostile = '[2026-01-01T'.repeat(15_000);
  const rows = read([row('08:00:00Z', 'a'), long, hostile, row('10:00:00Z', 'b')].join('\n'));
  expect(textsOf(rows)).toEqual(['a', 'b']);
  expect(rows.skipped).toBe(2);
});

test('a row that quotes another one is one row', () => {
  const rows = read(`${row('10:00:00Z', `said "${row('09:00:00Z', 'a')}" twice`)}\n`);
  expect(textsOf(rows)).toEqual(['said "[2026-11-21T09:00:00Z] x: a [LOGGED]" twice']);
});

test('of a log of years the newest megabyte is read', () => {
  const many = Array.from({ length: 40_000 }, (_, at) => row('10:00:00Z', `gap ${at}`)).join('\n');
  const rows = read(many);
  expect(rows.rows.at(-1)?.what).toBe('gap 39999');
  expect(rows.rows.length).toBeLessThan(30_000);
  expect(rows.skipped).toBe(0);
});

test('a tree without logs has none', () => {
  tree = makeTestTree();
  expect(readFeedback(tree.dir)).toEqual({ rows: [], skipped: 0 });
});
