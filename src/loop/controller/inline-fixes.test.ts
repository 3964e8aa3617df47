import { expect, test } from 'vitest';
import { inBackground, inlineFixes } from './inline-fixes.ts';
import { answer, at } from './test-rows.ts';

test('what agents fixed in their own turn counts: not what was only noted, nor what was worked off in the background', () => {
  const feedback = [
    answer(at(1), 'loader-rewritten'),
    answer(at(2), 'loader-rewritten', 'LOGGED'),
    answer(at(3), 'shape-ok'),
    { ...answer(at(4), 'loader-rewritten'), what: `${inBackground}gap: x` },
  ];
  expect(inlineFixes({ feedback })).toEqual({ count: 2, last: at(3) });
  expect(inlineFixes({ feedback: [] })).toEqual({ count: 0, last: undefined });
});
