import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'src/cli/main.ts',
  platform: 'node',
  // jsonc-parser's `main` is UMD, whose inner requires no bundler can follow; its `module` is plain ESM.
  resolve: { mainFields: ['module', 'main'] },
  output: {
    file: 'dist/snappy.js',
    format: 'esm',
    codeSplitting: false,
    minify: true,
    comments: { legal: false },
  },
  transform: { target: 'node20.19' },
});
