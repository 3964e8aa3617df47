import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,seed,test,bench}/**/*.test.ts'],
    // Those with a configuration of their own: test/faults has what is killed step by step.
    exclude: ['test/{runtimes,node,gateway}/**', '**/*-{killed,faults}.test.ts', '**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One worker a core: much of a test's time is a program that it has started and waits for.
    maxWorkers: '100%',
    // Each file cleans up behind itself: a process of its own for each would be a fifth of the time.
    isolate: false,
    onConsoleLog: () => true,
  },
});
