import { expect, test } from 'vitest';
import { alignColumns, countOf, cutText } from './columns.ts';

test('cells stand below each other, and no line ends in blanks', () => {
  expect(
    alignColumns(
      [
        ['a', 'bbb', 'c'],
        ['ääää', '', ''],
      ],
      ' ',
    ),
  ).toBe(' a     bbb  c\n ääää');
});

test('a text is cut by characters and not by code units', () => {
  expect(cutText('a\n b  c', 10)).toBe('a b c');
  expect(cutText('😀😀😀😀', 3)).toBe('😀😀…');
});

test('one is not many', () => {
  expect([countOf(1, 'skill'), countOf(0, 'skill')]).toEqual(['1 skill', '0 skills']);
});
