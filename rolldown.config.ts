import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'src/cli/main.ts',
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
