import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'src/cli/main.ts',
  // A warning of the bundler fails the build: nobody reads it otherwise.
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
  platform: 'node',
  output: {
    file: 'dist/snappy.js',
    format: 'esm',
    codeSplitting: false,
    minify: true,
    comments: { legal: false },
  },
  transform: { target: 'node20.19' },
});
