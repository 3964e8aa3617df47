#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { isQuick } from './quick.ts';

// Bundled as `snappy.js`; the two that it chooses from are files of their own, `snappy-quick.js` and `snappy-full.js`: half of
// the time of a short run is reading the program (docs/decisions/bundled-files.md). In a tree, Node 22 and newer keep what
// they have read of it beside the index, which is of this machine and made anew when it is missing.
const index = new URL('../state/.index/', import.meta.url);
if (existsSync(index)) module.enableCompileCache?.(fileURLToPath(new URL('code', index)));

const argv = process.argv.slice(2);
const { main } = await (isQuick(argv) ? import('./quick-main.ts') : import('./full.ts'));
await main(argv);
