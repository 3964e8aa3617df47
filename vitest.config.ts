import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,seed,test,bench}/**/*.test.ts'],
    exclude: ['test/runtimes/**', 'test/node/**', '**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    onConsoleLog: () => true,
  },
});
