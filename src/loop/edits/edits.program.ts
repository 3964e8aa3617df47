import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../../core/paths.ts';
import { realSystem } from '../../core/system.ts';
import { withRegenLock } from '../regen-lock.ts';
import { noticeEdits } from './notice.ts';
import { drainQueue } from './queue.ts';

// A program for tests: edits a skill, notices, and drains now and then, so many times, beside others that do the same.
const [tree = '', skill = '', rounds = '1'] = process.argv.slice(2);

for (let round = 0; round < Number(rounds); round += 1) {
  fs.appendFileSync(path.join(tree, layout.skills, skill, 'AGENTS.md'), `- ${process.pid} ${round}\n`);
  await withRegenLock(tree, async () => {
    await noticeEdits(realSystem(), tree, { runtime: 'test', session: skill, how: 'tool' }, new Date());
    if (round % 3 === 0) drainQueue(realSystem(), tree);
  });
}
