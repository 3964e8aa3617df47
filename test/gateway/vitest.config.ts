import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/gateway/**/*.test.ts'],
    // One S3 server for all files: it takes 15 s to start.
    globalSetup: ['test/gateway/s3-server.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
