import { describe, expect, it } from 'vitest';
import { falseAlarms, missedRegressions } from './regressions.ts';

describe('a revision that is worse by 0.10', () => {
  it('is found in 60 pairs where runs hardly differ', () => {
    expect(missedRegressions([1, 1, 1, 0.97], 200)).toBe(0);
  });

  it('is missed now and then where runs differ much more than that', () => {
    expect(missedRegressions([1, 0.2, 0.6, 0.9], 200)).toBeGreaterThan(0.2);
  });

  it('is not imagined where there is none', () => {
    expect(falseAlarms([1, 0.2, 0.6, 0.9], 500)).toBeLessThanOrEqual(0.05);
  });
});
