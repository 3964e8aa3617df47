import { describe, expect, it } from 'vitest';
import { numbers } from '../corpus.ts';
import { estimate, mean, quantileOf } from './confidence.ts';

describe('an estimate', () => {
  it('has an interval that holds the true mean about as often as it says', () => {
    const random = numbers(7);
    const worlds = Array.from({ length: 200 }, () => Array.from({ length: 30 }, random));
    const held = worlds.filter((world) => {
      const { low, high } = estimate(world, mean);
      return low <= 0.5 && 0.5 <= high;
    });
    expect(held.length).toBeGreaterThan(180);
    expect(held.length).toBeLessThan(200);
  });

  it('of seeds that are all alike is certain', () => {
    expect(estimate([0.3, 0.3, 0.3], mean)).toEqual({
      value: expect.closeTo(0.3) as number,
      low: expect.closeTo(0.3) as number,
      high: expect.closeTo(0.3) as number,
    });
  });
});

describe('a quantile', () => {
  it('is one of the values', () => {
    expect(quantileOf([3, 1, 2], 0.5)).toBe(2);
    expect(quantileOf([1, 1, 1, 2], 0.95)).toBe(2);
    expect(
      quantileOf(
        Array.from({ length: 100 }, (_, at) => at + 1),
        0.95,
      ),
    ).toBe(95);
  });
});
