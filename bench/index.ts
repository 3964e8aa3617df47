// Compiling the index: whole processes of the CLI on a tree of 1,000 skills.
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../src/core/paths.ts';
import { layTree, makeSkills, scratch } from './corpus.ts';
import { atMost, figure, report } from './report.ts';
import { peakMemory, timeInTurn } from './timing.ts';

const work = scratch();
const tree = path.join(work, 'tree');
const index = path.join(tree, layout.index);
const skills = makeSkills(1000);
layTree(tree, skills);
const loader = path.join(tree, layout.skills, skills[500]?.name ?? '', 'SKILL.md');
const cli = (...args: string[]): { command: string; args: string[] } => ({
  command: process.execPath,
  args: [path.join(tree, layout.cli), 'index', '--tree', tree, ...args],
});

/** Waits until no compile runs in the background: the full one that follows an edit is not what is timed. */
function settle(): void {
  const current = path.join(tree, layout.index, 'current');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 200 && fs.readFileSync(current, 'utf8').includes('delta'); tries++)
    Atomics.wait(pause, 0, 0, 50);
}

let edits = 0;
let moved = 0;
const fresh = {
  name: 'from nothing',
  ...cli(),
  // Moved away, not removed: files made soon after a mass delete take up to ten times as long.
  before: () => fs.existsSync(index) && fs.renameSync(index, path.join(work, `index-${(moved += 1)}`)),
};
const edited = {
  name: 'after one edit',
  ...cli('--if-stale'),
  before: () =>
    fs.writeFileSync(
      loader,
      fs
        .readFileSync(loader, 'utf8')
        .replace(/\ntriggers:\n(?: {2}- "edit \d+"\n)?/, `\ntriggers:\n  - "edit ${(edits += 1)}"\n`),
    ),
};
const unchanged = { name: 'nothing changed', ...cli('--if-stale'), before: settle };
const node = { name: 'node -e 0', command: process.execPath, args: ['-e', '0'] };

const [base, first, one, none] = timeInTurn([node, fresh, edited, unchanged], 9);
report('index', [
  figure('node -e 0', base?.median ?? Number.NaN, 'ms'),
  atMost('1,000 skills, from nothing', first?.median ?? Number.NaN, 'ms', 1000),
  atMost('1,000 skills, after one edit', one?.median ?? Number.NaN, 'ms', 150),
  figure('1,000 skills, nothing changed', none?.median ?? Number.NaN, 'ms'),
  figure('peak memory, from nothing', peakMemory(fresh), 'MB'),
]);
