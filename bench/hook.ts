// What the hook adds to a turn: the whole process that a runtime starts, in turn with `node -e 0` and an empty sh
// script. `--smoke` runs it once on a small tree and holds it to no goal.
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../src/core/paths.ts';
import { compileIndex } from '../src/skills/compile.ts';
import { layTree, makeSkills, numbers, scratch, sentence } from './corpus.ts';
import { atMost, figure, report } from './report.ts';
import type { Row } from './report.ts';
import { peakMemory, ratio, timeInTurn } from './timing.ts';
import type { Command, Timing } from './timing.ts';

const smoke = process.argv.includes('--smoke');
const sizes = smoke ? [10] : [10, 1000, 10_000];
const rounds = smoke ? 1 : 31;
const work = scratch();

/** A prompt of about so many bytes, cut at a word. */
function prompt(bytes: number): string {
  const text = sentence(numbers(bytes), Math.ceil(bytes / 3));
  return text.slice(0, text.lastIndexOf(' ', bytes));
}

/** One turn of a session that goes on: its ledger is there and empty. */
function turn(name: string, tree: string, text: string): Command {
  const ledger = path.join(tree, layout.sessions, 's-bench');
  return {
    name,
    command: 'sh',
    args: [path.join(tree, layout.hook), 'prompt'],
    input: JSON.stringify({ session_id: 'bench', hook_event_name: 'UserPromptSubmit', prompt: text }),
    before: () => fs.writeFileSync(ledger, ''),
  };
}

const empty = path.join(work, 'empty.sh');
fs.writeFileSync(empty, ':\n');
const commands: Command[] = [
  { name: 'node -e 0', command: process.execPath, args: ['-e', '0'] },
  { name: 'an empty sh script', command: 'sh', args: [empty] },
];
for (const size of sizes) {
  const tree = path.join(work, String(size));
  const skills = makeSkills(size);
  layTree(tree, skills);
  compileIndex(tree);
  const trigger = skills[Math.floor(size / 2)]?.triggers?.[0] ?? '';
  const [short, long] = [prompt(200), prompt(20_000)];
  commands.push(
    turn(`200 B, ${size} skills, nothing matches`, tree, short),
    turn(`200 B, ${size} skills, one match`, tree, `${short.slice(0, 200 - trigger.length)} ${trigger}`),
    turn(`20 kB, ${size} skills, nothing matches`, tree, long),
    turn(`20 kB, ${size} skills, one match`, tree, `${long.slice(0, 20_000 - trigger.length)} ${trigger}`),
  );
}

const [node, sh, ...timings] = timeInTurn(commands, rounds);
const rows: Row[] = [
  figure('node -e 0', node?.median ?? Number.NaN, 'ms'),
  figure('an empty sh script', sh?.median ?? Number.NaN, 'ms'),
];
const limits: Readonly<Record<string, number>> = {
  '200 B, 1000 skills, nothing matches': 0.2,
  '200 B, 1000 skills, one match': 0.3,
};
for (const timing of timings) {
  const value = node === undefined ? Number.NaN : ratio(timing, node);
  const limit = timing.name.startsWith('20 kB') ? 0.6 : limits[timing.name];
  rows.push(figure(timing.name, timing.median, 'ms'));
  if (!smoke && limit !== undefined) rows.push(atMost(`${timing.name}: against node -e 0`, value, 'x', limit));
}
const named = (name: string): Timing | undefined => timings.find((timing) => timing.name === name);
for (const end of smoke ? [] : ['nothing matches', 'one match']) {
  const [most, least] = [named(`200 B, 10000 skills, ${end}`), named(`200 B, 10 skills, ${end}`)];
  if (most && least) rows.push(atMost(`200 B, ${end}: 10000 skills against 10`, ratio(most, least), 'x', 2));
}
if (!smoke)
  rows.push(atMost('peak memory, 20 kB, 10000 skills', Math.max(...commands.slice(-2).map(peakMemory)), 'MB', 20));
report('hook', rows);
