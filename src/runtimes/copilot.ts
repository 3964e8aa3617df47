import path from 'node:path';
import { ownAndSharedSkills } from './folders.ts';
import { hookCommand } from './hook-command.ts';
import type { HookEvent, Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.copilot');

const events: readonly (readonly [on: string, call: HookEvent])[] = [
  ['sessionStart', 'session'],
  ['preCompact', 'session'],
  ['userPromptSubmitted', 'prompt'],
  ['postToolUse', 'edit'],
  ['agentStop', 'stop'],
];

const recorded = { timestamp: 1_795_251_059_672, cwd: '/nowhere' };

function hooksFile(tree: string): string {
  const hooks = Object.fromEntries(
    events.map(([on, call]) => [on, [{ type: 'command', bash: hookCommand(tree, call, 'copilot'), timeoutSec: 20 }]]),
  );
  return `${JSON.stringify({ version: 1, hooks }, undefined, 2)}\n`;
}

/** GitHub Copilot CLI, as measured on 1.0.102: every file in its folder of hooks counts, so ours is one of its own. */
export const copilot: Runtime = {
  id: 'copilot',
  name: 'GitHub Copilot CLI',
  program: 'copilot',
  folder,
  version: /(\d+\.\d+\.\d+\S*)/,
  gates: [],
  warnings: () => [],
  targets: ({ place, tree }) => [
    { kind: 'file', file: path.join(folder(place), 'hooks', 'snappy.json'), text: hooksFile(tree) },
  ],
  skills: ownAndSharedSkills(folder),
  context: { perTurn: true },
  instructions: {
    user: (place) => [{ file: path.join(folder(place), 'copilot-instructions.md') }],
    project: [{ file: '.github/copilot-instructions.md' }],
  },
  samples: [
    { call: 'session', on: 'sessionStart', input: { ...recorded, source: 'new', initialPrompt: 'hello' } },
    { call: 'session', on: 'preCompact', input: { ...recorded, trigger: 'manual', customInstructions: '' } },
    { call: 'prompt', on: 'userPromptSubmitted', input: { ...recorded, prompt: 'hello' } },
    {
      call: 'edit',
      on: 'postToolUse',
      input: { ...recorded, toolName: 'create', toolArgs: { path: '/nowhere/notes.txt', file_text: 'hello' } },
    },
    { call: 'stop', on: 'agentStop', input: { ...recorded, stopReason: 'end_turn', stop_hook_active: false } },
  ],
  tested: 'real program',
  remarks: [
    'hears one prompt hook alone, that of the file whose name comes first: a `hooks/mine.json` of yours would silence ours',
    'asks you before it edits a skill outside the project, or refuses without a terminal: `--add-dir <tree>/state`',
  ],
};
