import { describe, expect, test } from 'vitest';
import { stateWith } from '../test-state.ts';
import { growthRule } from './growth.ts';

const linesOf = (count: number): string => 'x\n'.repeat(count);

describe('a loader that has outgrown its turn', () => {
  test.each([
    ['500 lines', linesOf(500), false],
    ['501 lines', linesOf(501), true],
    ['9,500 characters and a footer of 500', 'x'.repeat(9500), false],
    ['9,501 characters and a footer of 500', 'x'.repeat(9501), true],
    ['9,500 signs of two UTF-16 units', '😀'.repeat(9500), false],
  ])('%s', (_what, loader, expected) => {
    expect(growthRule.look(stateWith({ loader })).length > 0).toBe(expected);
  });

  test('is told which lines to merge and which sections to move, the largest first', () => {
    const loader = [
      '# tool',
      '## Small',
      '- Ask the owner of the table first.',
      '## Large',
      'x'.repeat(9000),
      '## Twice',
      '- Run the whole test suite before each commit, also for small changes.',
      '- Before each commit run the whole test suite, also for a small change.',
    ].join('\n');
    const [found] = growthRule.look(stateWith({ loader, footerLength: 1000 }));
    expect(found?.headline).toMatch(/^growth: the loader has \d+ characters of 10000, footer included/);
    expect(found?.todo.split('\n').slice(0, 3)).toEqual([
      '- Merge line 8 into line 7: they say nearly the same.',
      '- Move detail of "## Large" (line 4, 9000 characters) to SKILL.md.',
      expect.stringContaining('- Move detail of "## Twice" (line 6, ') as string,
    ]);
  });

  test('comes again when it has grown by another fifty lines, and not for one', () => {
    const keyOf = (count: number): string | undefined => growthRule.look(stateWith({ loader: linesOf(count) }))[0]?.key;
    expect(keyOf(510)).toBe(keyOf(511));
    expect(keyOf(510)).not.toBe(keyOf(570));
  });

  test('that is missing has not', () => {
    expect(growthRule.look(stateWith({ loader: undefined }))).toEqual([]);
  });
});
