#!/usr/bin/env node
import { quickCommand } from './quick.ts';
import { runCommandLine } from './run.ts';

// Bundled as `snappy.js` with the bodies of the quick commands alone; `full.ts` is a file of its own, `snappy-full.js`.
const argv = process.argv.slice(2);
const quick = quickCommand(argv);
if (quick === undefined) await (await import('./full.ts')).main(argv);
else await runCommandLine(argv, { commands: [quick], prompts: () => import('./full.ts') });
