#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadProgram } from './kept-code.ts';
import type { Program } from './kept-code.ts';
import { quickName } from './quick.ts';

// Bundled as `snappy.js`; the two that it chooses from are files of their own, `snappy-quick.cjs` and `snappy-full.cjs`: half of
// the time of a short run is reading the program (docs/decisions/bundled-files.md). In a tree, what the engine has made of them is
// kept beside the index, which is of this machine and made anew when it is missing.
const argv = process.argv.slice(2);
const quick = quickName(argv);
const file = new URL(quick === undefined ? 'snappy-full.cjs' : 'snappy-quick.cjs', import.meta.url);
const index = new URL('../state/.index/', import.meta.url);

const program: Program = existsSync(index)
  ? loadProgram(fileURLToPath(file), { folder: fileURLToPath(new URL('code', index)), kind: quick ?? 'full' })
  : createRequire(import.meta.url)(fileURLToPath(file));
await program.main(argv);
