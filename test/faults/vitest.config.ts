import { defineConfig } from 'vitest/config';

/** What is killed at each of its steps, or kept from them: slow, so apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['{src,seed,test,bench}/**/*-{killed,faults}.test.ts'],
    exclude: ['test/gateway/**', '**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    onConsoleLog: () => true,
  },
});
