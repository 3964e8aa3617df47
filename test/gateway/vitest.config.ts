import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/gateway/**/*.test.ts'],
    // One S3 server for all files: it takes 15 s to start.
    globalSetup: ['test/gateway/s3-server.ts'],
    // For a test that hangs, on a machine however slow: the longest takes 100 s.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
