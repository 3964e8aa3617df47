// How sure a figure is: the percentile bootstrap over seeds (Efron and Tibshirani, "An introduction to the bootstrap",
// 1993, chapter 13). What was made from one seed stays together, since its runs share a world.
import { numbers } from '../corpus.ts';

/** A figure with the interval that holds it with a confidence of 95 %. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2000;

/** A statistic of all seeds, and how far it moves when other seeds could have been drawn. The same each time. */
export function estimate<T>(seeds: readonly T[], statistic: (sample: readonly T[]) => number): Estimate {
  const random = numbers(1);
  const draws = Array.from({ length: resamples }, () =>
    statistic(seeds.map((seed) => seeds[Math.floor(random() * seeds.length)] ?? seed)),
  ).toSorted((a, b) => a - b);
  return { value: statistic(seeds), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** The smallest value that at least this share of the sorted values does not exceed; NaN of none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The quantile of values in any order. */
export function quantileOf(values: readonly number[], share: number): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    share,
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
