import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeLog } from './log.ts';

const row = (second: number, what: string): string =>
  `[2026-11-21T10:00:${String(second).padStart(2, '0')}Z] tool: ${what} [LOGGED]\n`;

test('rows of both sides come once, in the order of their times', () => {
  const base = row(1, 'a');
  expect(mergeLog(base, base + row(5, 'ours'), base + row(3, 'theirs'))).toBe(base + row(3, 'theirs') + row(5, 'ours'));
  expect(mergeLog('', '{"ts":"2026-11-21T10:00:05Z"}\n', '{"a":1,"ts":"2026-11-21T10:00:04Z"}\n')).toBe(
    '{"a":1,"ts":"2026-11-21T10:00:04Z"}\n{"ts":"2026-11-21T10:00:05Z"}\n',
  );
});

test('a torn row stays behind the row it came after, and joins no other', () => {
  const base = row(1, 'a');
  expect(mergeLog(base, `${base}{"ts":"2026-1`, base + row(3, 'theirs'))).toBe(
    `${base}{"ts":"2026-1\n${row(3, 'theirs')}`,
  );
});

test('a row that one side has lost is not lost, unless the other side has nothing new', () => {
  const base = row(1, 'a') + row(2, 'b');
  expect(mergeLog(base, row(2, 'b') + row(4, 'd'), base + row(3, 'c'))).toBe(
    row(1, 'a') + row(2, 'b') + row(3, 'c') + row(4, 'd'),
  );
  expect(mergeLog(base, row(2, 'b'), base)).toBe(row(2, 'b'));
});

test('a row that a side has twice is two events; the same row in both sides is one', () => {
  const twice = row(1, 'a') + row(1, 'a');
  expect(mergeLog('', twice + row(2, 'b'), row(1, 'a') + row(3, 'c'))).toBe(twice + row(2, 'b') + row(3, 'c'));
});

test('Windows line ends make no second row', () => {
  expect(mergeLog('', row(1, 'a').replace('\n', '\r\n') + row(2, 'b'), row(1, 'a') + row(3, 'c'))).toBe(
    row(1, 'a') + row(2, 'b') + row(3, 'c'),
  );
});

test('a log read as Latin-1 comes back byte for byte', () => {
  const bytes = Buffer.from(`${row(1, 'voil\u00E0 \u2014 \u96EA')}\u00E0`, 'utf8');
  const side = (more: string): string => bytes.toString('latin1') + more;
  const merged = Buffer.from(mergeLog('', side('\n'), side(`\n${row(2, 'b')}`)), 'latin1').toString('utf8');
  expect(merged).toBe(`${bytes.toString('utf8')}\n${row(2, 'b')}`);
});

const line = fc.oneof(
  fc.tuple(fc.nat(20), fc.constantFrom('a', 'b', 'c')).map(([second, what]) => row(second, what)),
  fc.constantFrom('{"ts":"torn\n', 'somebody else\n', '{"ts":"2026-11-21T10:00:07Z","score":1}\n'),
);
const log = fc.uniqueArray(line, { maxLength: 8 }).map((lines) => lines.toSorted());

test('each row that a side has comes, once; the sides and their order do not matter', () => {
  fc.assert(
    fc.property(log, log, log, log, (base, one, two, three) => {
      const [b, x, y, z] = [base, [...base, ...one], [...base, ...two], [...base, ...three]].map((lines) =>
        [...new Set(lines)].join(''),
      );
      const merge = (left = '', right = ''): string => mergeLog(b ?? '', left, right);
      const all = merge(merge(x, y), z);
      expect(merge(x, y)).toBe(merge(y, x));
      expect(merge(x, x)).toBe(x);
      const lines = all.split('\n').filter((text) => text !== '');
      const expected = new Set([x, y, z].flatMap((text = '') => text.split('\n').filter((known) => known !== '')));
      expect(lines.toSorted()).toEqual([...expected].toSorted());
      expect(merge(x, merge(y, z)).split('\n').toSorted()).toEqual(all.split('\n').toSorted());
    }),
    { numRuns: 500 },
  );
});

test('logs in the order of their times come out in it, in whatever order they are merged', () => {
  const timed = fc.uniqueArray(fc.nat(59), { maxLength: 10 });
  fc.assert(
    fc.property(timed, timed, timed, (one, two, three) => {
      const [x, y, z] = [one, two, three].map((seconds) =>
        seconds
          .toSorted((a, b) => a - b)
          .map((second) => row(second, 'x'))
          .join(''),
      );
      const merge = (left = '', right = ''): string => mergeLog('', left, right);
      const all = merge(merge(x, y), z);
      expect(all).toBe(
        [...new Set([...one, ...two, ...three])]
          .toSorted((a, b) => a - b)
          .map((second) => row(second, 'x'))
          .join(''),
      );
      expect(merge(x, merge(y, z))).toBe(all);
    }),
    { numRuns: 500 },
  );
});

test('a line with a million blanks in it, or a time without an end, is read in one go', () => {
  const wide = `[2026-11-21T10:00:01Z] tool:${' '.repeat(1_000_000)}x [LOGGED]\n`;
  const endless = `[${'2026-01-01T '.repeat(100_000)}x\n`;
  expect(mergeLog('', wide, row(2, 'y'))).toBe(wide + row(2, 'y'));
  expect(mergeLog('', endless, row(2, 'y'))).toBe(endless + row(2, 'y'));
});
