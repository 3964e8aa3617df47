import { describe, expect, test } from 'vitest';
import { unnamedLosses } from './removed-lines.ts';

const before = [
  '# tool',
  '',
  '## Facts',
  '',
  '- alpha takes 3 retries',
  '- beta wants `--quiet` before the file',
  '',
  '| step | status |',
  '|---|---|',
  '| build | ends with 4 |',
  '',
].join('\n');

const without = (line: string): string => before.replace(`${line}\n`, '');

test('texts that are the same, or have more, have lost nothing', () => {
  expect(unnamedLosses([before], [before], '')).toEqual([]);
  expect(unnamedLosses([before], [`${before}- and one more\n`], '')).toEqual([]);
});

test('a line that is gone is lost, be it an item, a row or a heading', () => {
  expect(unnamedLosses([before], [without('- alpha takes 3 retries')], '')).toEqual(['- alpha takes 3 retries']);
  expect(unnamedLosses([before], [without('| build | ends with 4 |')], '')).toEqual(['| build | ends with 4 |']);
  expect(unnamedLosses([before], [without('## Facts')], '')).toEqual(['## Facts']);
});

test('a line that was changed is kept, and one line takes the place of one only', () => {
  const changed = before.replace('3 retries', '7 retries');
  expect(unnamedLosses([before], [changed], '')).toEqual([]);
  const twins = '- gamma takes 3 retries at most\n- gamma takes 4 retries at most\n';
  expect(unnamedLosses([twins], ['- gamma takes 5 retries at most\n'], '')).toHaveLength(1);
});

test('a line may move to the other text, or be indented', () => {
  const moved = [without('- alpha takes 3 retries'), '# reference\n\n  - alpha takes 3 retries\n'];
  expect(unnamedLosses([before, '# reference\n'], moved, '')).toEqual([]);
});

test('line ends and blank lines are no loss', () => {
  expect(unnamedLosses([before.replaceAll('\n', '\r\n')], [before.replaceAll('\n\n', '\n')], '')).toEqual([]);
});

describe('a line that REMOVED.md names', () => {
  const line = '- beta wants `--quiet` before the file';
  const after = without(line);

  test.each([
    `- ${line} — the flag is gone since version 5`,
    `${line} — the flag is gone since version 5`,
    '- `beta wants --quiet` — no\n- beta wants `--quiet` before the file -- the flag is gone',
    '* "beta wants `--quiet` before the file": the flag is gone',
    '1. beta wants `--quiet` before the file – the flag is gone',
  ])('with a reason is not lost: %s', (notes) => {
    expect(unnamedLosses([before], [after], notes)).toEqual([]);
  });

  test.each([
    '',
    line,
    `${line} —`,
    `${line} — no`,
    '- beta — the flag is gone since version 5',
    'I removed a line because the flag is gone: beta wants `--quiet` before the file — really it is',
    '- all lines — they were wrong',
  ])('without a reason, or not as it stood, is lost: %s', (notes) => {
    expect(unnamedLosses([before], [after], notes)).toEqual([line]);
  });
});

test('a text that was written anew is lost, and costs no long comparison', () => {
  const many = Array.from({ length: 500 }, (_, at) => `- fact ${at} about part ${at * 7} of the machine`).join('\n');
  const others = Array.from({ length: 500 }, (_, at) => `- quite another sentence, number ${at}`).join('\n');
  expect(unnamedLosses([many], [others], '')).toHaveLength(50);
});
