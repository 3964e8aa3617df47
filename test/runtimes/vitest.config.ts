import { defineConfig } from 'vitest/config';
import { ResultsReporter } from './results.ts';

export default defineConfig({
  test: {
    include: ['test/runtimes/**/*.test.ts'],
    reporters: ['default', new ResultsReporter()],
    // Every turn starts a real agent program: a test is slow where the machine is, but never without a bound.
    testTimeout: 240_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
