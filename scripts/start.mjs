// `npm start`: from a fresh clone to a loader in front of an agent. Brings the tools, builds, makes a tree in
// ./my-snappy if none is there, plays one turn through the tree's own hook, and says what to do next. Asks nothing and
// leaves the home folder alone. Plain JavaScript: it runs on Node 20.19.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import { build, ensureToolchain, root } from './toolchain.mjs';

const prompt = 'Write a skill for our release notes';
const place = 'my-snappy';
const turns = 9;
const shownLines = 18;

const tree = path.join(root, place);
const program = path.join(root, 'dist', 'snappy.js');
const windows = process.platform === 'win32';
const plain = process.stdout.isTTY !== true || Boolean(process.env.NO_COLOR) || process.env.TERM === 'dumb';
const paint = (style, text) => (plain ? text : styleText(style, text));
const width = Math.max(60, Math.min(process.stdout.columns || 100, 100));

function say(text = '') {
  console.log(text === '' ? '' : `  ${text}`);
}

/** Prints what a step has brought, and how long it took. */
async function step(name, work) {
  const begun = performance.now();
  const result = await work();
  const seconds = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  say(`${paint('green', '✓')} ${name.padEnd(7)}${result.padEnd(width - 20)}${paint('dim', seconds.padStart(7))}`);
}

function firstLine(text) {
  return text.trim().split('\n')[0] ?? '';
}

/** Runs one program to its end and gives what it printed; throws what it complained of. */
function ask(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (result.error)
    throw new Error(`${command} could not be started: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) throw new Error(result.stderr.trim() || `${command} ended with status ${result.status}`);
  return result.stdout;
}

function makeTree() {
  const result = JSON.parse(ask(process.execPath, [program, 'init', place, '--json']));
  const how = { nothing: 'new', unfinished: 'an unfinished one was completed', tree: 'it was there already' }[
    result.ground
  ];
  return `./${place}, ${result.skills} skills (${how})`;
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** The whole time of one process, in milliseconds, from before its start to after its end; the median of several. */
function timed(run) {
  const times = Array.from({ length: turns }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
  return median(times);
}

/** Node with nothing of this machine's own settings, which may cost it more than its start. */
function playNode() {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...env } = process.env;
  ask(process.execPath, ['-e', '0'], { env });
}

/** One turn as a runtime plays it: the hook as a process of its own, the prompt as JSON on its stdin. */
function playTurn() {
  const hook = path.join(tree, 'state', 'hooks', 'snappy-os-inject.sh');
  const input = JSON.stringify({ hook_event_name: 'UserPromptSubmit', cwd: root, prompt });
  const play = () => ask(windows ? 'sh' : hook, windows ? [hook, 'prompt'] : ['prompt'], { input });
  const answer = play();
  if (answer.trim() === '')
    throw new Error(`the hook of ./${place} had nothing to say; see: node ${place}/bin/snappy.js doctor`);
  return {
    text: JSON.parse(answer).hookSpecificOutput.additionalContext,
    hookTime: timed(play),
    nodeTime: timed(playNode),
  };
}

/** A text in a frame, its lines cut to the terminal, its end left out when it is long. */
function showText(text) {
  const bar = paint('cyan', '│');
  const lines = text.trimEnd().split('\n');
  const cut = (line) => (line.length > width - 5 ? `${line.slice(0, width - 6)}…` : line);
  for (const line of lines.slice(0, shownLines)) say(`${bar} ${cut(line)}`.trimEnd());
  if (lines.length > shownLines)
    say(
      `${bar} ${paint('dim', `… and ${lines.length - shownLines} more lines, to the footer that asks for repairs of the loader`)}`,
    );
}

function showTurn({ text, hookTime, nodeTime }) {
  say(paint('bold', 'One turn'));
  say(`Somebody types: ${paint('yellow', prompt)}`);
  say();
  say('The hook puts this in front of the agent:');
  showText(text);
  say();
  say(
    `${text.length.toLocaleString('en')} characters in ${paint('bold', `${hookTime.toFixed(1)} ms`)}: the whole process of the hook, median of ${turns} runs.`,
  );
  say(paint('dim', `(An empty "node -e 0" takes ${nodeTime.toFixed(1)} ms on this machine; the hook is sh and awk.)`));
}

function showNext() {
  const snappy = `node ${place}/bin/snappy.js`;
  const rows = [
    ['another prompt', `${snappy} match "which hooks does codex run?" --explain`],
    ['a skill of your own', `${snappy} skill new release-notes`],
    ['wire your agents', `${snappy} install`],
    ['see what is there', `${snappy} status`],
    ['the tests', 'npm test'],
  ];
  say(paint('bold', 'Next'));
  for (const [what, command] of rows) say(`${what.padEnd(21)}${paint('cyan', command)}`);
  say();
  say(
    paint(
      'dim',
      'install shows its plan and changes nothing without --apply. A tree for every day: snappy init (in ~/snappy-os).',
    ),
  );
}

/** What the files of the program have together. */
function programSize() {
  const dir = path.dirname(program);
  const own = readdirSync(dir).filter((name) => name.startsWith('snappy'));
  const bytes = own.reduce((sum, name) => sum + statSync(path.join(dir, name)).size, 0);
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

try {
  say(paint('bold', 'snappy-os'));
  say();
  let node = process.execPath;
  await step('tools', async () => {
    node = await ensureToolchain();
    const version = node === process.execPath ? process.version : firstLine(ask(node, ['--version']));
    return `the packages of the lockfile, and Node ${version.slice(1)} to build with`;
  });
  await step('build', () => {
    build(node);
    return `dist/snappy.js and what it loads, ${programSize()}, the whole program`;
  });
  await step('tree', () => makeTree());
  say();
  showTurn(playTurn());
  say();
  showNext();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
