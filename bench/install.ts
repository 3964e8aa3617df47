// Setting up four runtimes, in turn with other programs that bring the same skills to them: a first install, the same
// once more with nothing to do, and a check. Ours also wires hooks and tries them; the others do skills alone.
// `--smoke` runs all of it once on ten skills and holds it to no goal.
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../src/core/paths.ts';
import { compileIndex } from '../src/skills/compile.ts';
import { layTree, makeSkills, numbers, scratch, sentence } from './corpus.ts';
import { expectSkills, peers, snappy } from './installers.ts';
import type { Installer } from './installers.ts';
import { atMost, figure, report } from './report.ts';
import type { Row } from './report.ts';
import { peakMemory, ratio, timeInTurn } from './timing.ts';
import type { Command, Timing } from './timing.ts';
import { hookOverheads } from './wiring.ts';

const smoke = process.argv.includes('--smoke');
const sizes = smoke ? [10] : [10, 100, 1000];
/** The size with goals. */
const largest = 1000;
const work = scratch();

type Way = 'first' | 'again' | 'check';
const ways: readonly Way[] = ['first', 'again', 'check'];
const titles = { first: 'first install', again: 'second run, no change', check: 'check' };
/** In milliseconds. */
const limits = { first: 1500, again: 300, check: 300 };

/** A tree of so many skills whose descriptions have 200 characters. */
function layCorpus(size: number): string {
  const tree = path.join(work, String(size), 'tree');
  const random = numbers(size);
  layTree(
    tree,
    makeSkills(size).map((skill) => ({ ...skill, description: sentence(random, 80).slice(0, 200) })),
  );
  compileIndex(tree);
  return tree;
}

/** The wiring of each runtime, at a prompt of 200 bytes that brings one loader of so many. */
async function wiringRows(size: number, tree: string): Promise<Row[]> {
  const skill = makeSkills(size)[Math.floor(size / 2)];
  const trigger = skill?.triggers?.[0] ?? '';
  const prompt = `${sentence(numbers(200), 100).slice(0, 199 - trigger.length)} ${trigger}`;
  const overheads = await hookOverheads(tree, prompt, skill?.name ?? '', smoke ? 1 : 101);
  return overheads.map(({ runtime, ratio: value }) => {
    const title = `a prompt, by the wiring of ${runtime} against the bare hook`;
    return smoke ? figure(title, value, 'x') : atMost(title, value, 'x', 1.2);
  });
}

function layInstallers(size: number, tree: string): { ours: Installer[]; others: Installer[] } {
  const place = (name: string): string => {
    const dir = path.join(work, String(size), name);
    fs.mkdirSync(dir, { recursive: true });
    return dir;
  };
  // A tree is wired in one way at a time, so each way has one.
  const second = path.join(place('snappy-single'), 'tree');
  fs.cpSync(tree, second, { recursive: true });
  return {
    ours: [snappy(place('snappy-whole'), tree, false), snappy(path.dirname(second), second, true)],
    others: peers(place('peers'), path.join(tree, layout.skills)),
  };
}

function rowsOf(size: number, tree: string): Row[] {
  const { ours, others } = layInstallers(size, tree);
  const all = [...ours, ...others];
  const rounds = smoke ? 1 : 5;
  // By way and then by program: what is compared runs one after the other.
  const commands = ways.flatMap((way) => all.map((installer): Command => installer[way]));
  const timings = timeInTurn(commands, rounds, 1);
  const timingOf = (installer: Installer, way: Way): Timing | undefined =>
    timings[ways.indexOf(way) * all.length + all.indexOf(installer)];
  for (const installer of all) expectSkills(installer, size);

  const rows: Row[] = [];
  for (const way of ways) {
    for (const installer of all) {
      const title = `${size} skills, ${titles[way]}: ${nameOf(installer, way)}`;
      const time = timingOf(installer, way)?.median ?? Number.NaN;
      const held = size === largest && ours.includes(installer);
      rows.push(held ? atMost(title, time, 'ms', limits[way]) : figure(title, time, 'ms'));
    }
    const base = ours[1] && timingOf(ours[1], way);
    for (const installer of size === largest ? others : []) {
      const time = timingOf(installer, way);
      const title = `${size} skills, ${titles[way]}: ${installer.name} against a link for each skill`;
      if (base && time) rows.push(figure(title, ratio(time, base), 'x'));
    }
  }
  return size === largest ? [...rows, ...largestRows(ours, others, timingOf)] : rows;
}

function nameOf({ name, checkedBy }: Installer, way: Way): string {
  return way === 'check' && checkedBy !== undefined ? `${name} (${checkedBy})` : name;
}

function largestRows(
  ours: readonly Installer[],
  others: readonly Installer[],
  timingOf: (installer: Installer, way: Way) => Timing | undefined,
): Row[] {
  const slower = ours.flatMap((installer) => {
    const [first, again] = [timingOf(installer, 'first'), timingOf(installer, 'again')];
    const title = `${largest} skills, second run against the first: ${installer.name}`;
    return first && again ? [atMost(title, ratio(again, first), 'x', 1)] : [];
  });
  const peak = (installer: Installer): number => Math.max(...ways.map((way) => peakMemory(installer[way])));
  const title = ({ name }: Installer): string => `${largest} skills, peak memory: ${name}`;
  return [
    ...slower,
    ...ours.map((installer) => atMost(title(installer), peak(installer), 'MB', 120)),
    ...others.map((installer) => figure(title(installer), peak(installer), 'MB')),
  ];
}

const rows: Row[] = [];
for (const size of sizes) {
  const tree = layCorpus(size);
  if (size === sizes.at(-1)) rows.push(...(await wiringRows(size, tree)));
  rows.push(...rowsOf(size, tree));
}
report('install', rows);
