import { expect, test } from 'vitest';
import { median, peakMemory, ratio, timeInTurn } from './timing.ts';

const node = (name: string, script: string) => ({ name, command: process.execPath, args: ['-e', script] });

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a ratio is taken round by round, so that a slow round of both does not count', () => {
  const slow = { name: 'slow', times: [2, 20, 3], median: 3 };
  const fast = { name: 'fast', times: [1, 10, 1], median: 1 };
  expect(ratio(slow, fast)).toBe(2);
});

test('commands run in turn, as often as is asked for', () => {
  const order: string[] = [];
  const commands = ['a', 'b'].map((name) => ({ ...node(name, '0'), before: () => order.push(name) }));
  const timings = timeInTurn(commands, 1);
  expect(order.join('')).toBe('ababab');
  expect(timings.map(({ name, times }) => [name, times.length])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
});

test('a command that fails is an error, not a fast one', () => {
  expect(() => timeInTurn([node('broken', 'process.exit(3)')], 1)).toThrow('broken ended with status 3');
});

test('peak memory counts what a child of the command took', () => {
  const small = peakMemory(node('small', '0'));
  const large = peakMemory({
    name: 'large',
    command: 'sh',
    args: ['-c', `"${process.execPath}" -e 'Buffer.alloc(2e8, 1)'; true`],
  });
  expect(large - small).toBeGreaterThan(150);
});
