import path from 'node:path';
import { ownAndSharedSkills } from './folders.ts';
import { hookCommand, hookGroups, type WiredEvent } from './hook-command.ts';
import type { Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.qwen');

const events: readonly WiredEvent[] = [
  { on: 'SessionStart', call: 'session' },
  { on: 'UserPromptSubmit', call: 'prompt' },
  { on: 'PostToolUse', matcher: 'write_file|edit', call: 'edit' },
  { on: 'Stop', call: 'stop' },
];

const recorded = { cwd: '/nowhere', permission_mode: 'default' };

/** Qwen Code, as measured on 0.24.4: Claude Code's shape in Gemini CLI's places. */
export const qwen: Runtime = {
  id: 'qwen',
  name: 'Qwen Code',
  program: 'qwen',
  folder,
  version: /^(\d+\.\d+\.\d+\S*)/m,
  gates: [],
  warnings: () => [],
  targets: ({ place, tree }) => [
    {
      kind: 'json',
      file: path.join(folder(place), 'settings.json'),
      dialect: 'jsonc',
      // Without a version Qwen Code takes the file for an old one, and writes it anew at its next start.
      start: '{\n  "$version": 4\n}\n',
      wanted: {
        hooks: {
          shape: 'groups',
          events: hookGroups(
            events,
            (call) => hookCommand(tree, call, 'qwen'),
            // Milliseconds from 1,000 on, seconds below.
            () => ({ timeout: 20_000 }),
          ),
        },
      },
    },
  ],
  skills: ownAndSharedSkills(folder),
  context: { perTurn: true },
  // A project's AGENTS.md is read too: one file for all who do.
  instructions: { user: (place) => [{ file: path.join(folder(place), 'QWEN.md') }], project: [{ file: 'AGENTS.md' }] },
  samples: [
    { call: 'session', on: 'SessionStart', input: { ...recorded, hook_event_name: 'SessionStart', source: 'startup' } },
    {
      call: 'prompt',
      on: 'UserPromptSubmit',
      input: { ...recorded, hook_event_name: 'UserPromptSubmit', prompt: 'hello' },
    },
    {
      call: 'edit',
      on: 'PostToolUse',
      input: {
        ...recorded,
        hook_event_name: 'PostToolUse',
        tool_name: 'write_file',
        tool_input: { file_path: '/nowhere/notes.txt', content: 'hello' },
      },
    },
    { call: 'stop', on: 'Stop', input: { ...recorded, hook_event_name: 'Stop', stop_hook_active: false } },
  ],
  tested: 'real program',
  remarks: ['the task of a subagent cannot be added to: it gets no loader of its own'],
};
