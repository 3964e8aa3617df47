import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileIndex } from '../skills/compile.ts';
import { combinations } from './shells.ts';
import { layTestTree, throwaway } from './tree-fixture.ts';

const scratch = throwaway();
const tree = path.join(scratch, 'tree');
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }));

beforeAll(() => {
  layTestTree(tree, [{ name: 'deploy-site', triggers: ['ship it now'] }]);
  compileIndex(tree);
});

const megabyte = 1_000_000;
const fill = (piece: string): string => piece.repeat(Math.ceil(megabyte / Buffer.byteLength(piece)));
const inPrompt = (piece: string): string => `{"prompt":"${fill(piece)} ship it now"}`;
const inKey = (value: string): string => `{"a":${value},"prompt":"ship it now"}`;
const count = (length: number, piece: (at: number) => string): string =>
  Array.from({ length }, (_, at) => piece(at)).join(',');

const ours = `*** Begin Patch\n*** Update File: ${tree}/state/skills/deploy-site/AGENTS.md\n`;

/** A megabyte each, of the kinds that cost a careless reader quadratic time or memory. */
const kinds: readonly (readonly [what: string, call: string, input: string])[] = [
  ['plain words', 'prompt', inPrompt('lorem ipsum dolor ')],
  ['escapes beyond ASCII', 'prompt', inPrompt('\\u0430\\ud83d\\ude00')],
  ['escaped quotes', 'prompt', inPrompt('\\"')],
  ['backslashes', 'prompt', inPrompt('\\\\')],
  ['line breaks', 'prompt', inPrompt('\\n')],
  ['Cyrillic', 'prompt', inPrompt('Привет ')],
  ['Han', 'prompt', inPrompt('天気')],
  ['text of other hooks', 'prompt', inPrompt('<hook_context>x</hook_context>')],
  ['nested arrays', 'prompt', inKey('['.repeat(megabyte / 2) + ']'.repeat(megabyte / 2))],
  ['nested objects', 'prompt', inKey(`${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`)],
  ['numbers', 'prompt', inKey(`[${count(megabyte / 4, () => '12')}]`)],
  ['keys', 'prompt', `{${count(100_000, (at) => `"k${at}":"v"`)},"prompt":"ship it now"}`],
  [
    'keys of a task',
    'subagent',
    `{"tool_name":"Agent","tool_input":{${count(50_000, (at) => `"k${at}":"v"`)},"prompt":"ship it now"}}`,
  ],
  ['a task', 'subagent', `{"tool_name":"Agent","tool_input":{"prompt":"${fill('lorem ipsum dolor ')} ship it now"}}`],
  ['a patch', 'edit codex', JSON.stringify({ tool_input: { command: `${ours}${fill('+lorem "ipsum" \\\n')}` } })],
  [
    'a patch of many files',
    'edit codex',
    JSON.stringify({ tool_input: { command: ours + fill('*** Add File: /x\n') } }),
  ],
  ['arguments as text', 'edit copilot', JSON.stringify({ toolArgs: ours + fill('+lorem "ipsum" \\\n') })],
];

/** Seconds that the hook's processes may compute: an order of magnitude above what the slowest awk takes. */
const cpuSeconds = 30;
const memoryKilobytes = 512 * 1024;

// One shell: which one runs awk makes no difference to these, the answer of a megabyte apart.
const measured = combinations(scratch).filter(
  ({ name }) => name.startsWith('dash') || name === 'busybox sh, mawk' || name === 'bash --posix, mawk',
);

describe.each(measured)('a megabyte under $name', ({ name, bin, shell }) => {
  // The slow awks are tried with what makes most of a difference; mawk, the usual one, with all.
  const tried =
    name === 'dash, mawk'
      ? kinds
      : kinds.filter(([what]) => ['backslashes', 'a task', 'a patch of many files'].includes(what));

  it.each(tried)('is read in bounded time and memory: %s', (_, call, input) => {
    const file = path.join(scratch, 'input.json');
    fs.writeFileSync(file, input);
    const script = `ulimit -t ${cpuSeconds}; ulimit -v ${memoryKilobytes}; exec "$@"`;
    const words = [...shell, path.join(tree, 'state/hooks/snappy-os-inject.sh'), ...call.split(' ')];
    const stdin = fs.openSync(file, 'r');
    const { stdout, status } = spawnSync('sh', ['-c', script, 'sh', ...words], {
      stdio: [stdin, 'pipe', 'ignore'],
      encoding: 'utf8',
      env: { PATH: bin },
      maxBuffer: 1 << 26,
    });
    fs.closeSync(stdin);
    expect(status).toBe(0);
    expect(stdout).toContain('of the skill `deploy-site`');
    JSON.parse(stdout);
  });
});
