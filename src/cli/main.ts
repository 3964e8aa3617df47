#!/usr/bin/env node
import { isQuick } from './quick.ts';

// Bundled as `snappy.js`; the two that it chooses from are files of their own, `snappy-quick.js` and `snappy-full.js`: half of
// the time of a short run is reading the program (docs/decisions/bundled-files.md).
const argv = process.argv.slice(2);
const { main } = await (isQuick(argv) ? import('./quick-main.ts') : import('./full.ts'));
await main(argv);
