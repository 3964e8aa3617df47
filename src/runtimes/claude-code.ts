import path from 'node:path';
import { movable, movedWarning } from './folders.ts';
import { hookCommand, hookGroups, type WiredEvent } from './hook-command.ts';
import type { Place, Runtime } from './row.ts';

const folder = (place: Place): string => movable(place, 'CLAUDE_CONFIG_DIR', '.claude');

const events: readonly WiredEvent[] = [
  { on: 'SessionStart', call: 'session' },
  { on: 'UserPromptSubmit', call: 'prompt' },
  // The tool is `Agent` since 2.1 and was `Task`. SubagentStart would be of no use: it does not name the task.
  { on: 'PreToolUse', matcher: 'Task|Agent', call: 'subagent' },
  { on: 'PostToolUse', matcher: 'Edit|Write', call: 'edit' },
  { on: 'FileChanged', call: 'changed' },
  { on: 'Stop', call: 'stop' },
];

/**
 * Claude Code, as measured on 2.1.197 and 2.1.329. A hook in another form than the one written here makes some
 * versions drop the whole settings file, silently: a missing `type`, a `timeout` of 0 or a string.
 */
export const claudeCode: Runtime = {
  id: 'claude-code',
  name: 'Claude Code',
  program: 'claude',
  folder,
  version: /^(\d+\.\d+\.\d+\S*)/,
  gates: [],
  warnings: (place) => movedWarning(place, 'CLAUDE_CONFIG_DIR', '.claude'),
  targets: ({ place, tree }) => [
    {
      kind: 'json',
      file: path.join(folder(place), 'settings.json'),
      dialect: 'json',
      off: ['disableAllHooks'],
      wanted: {
        hooks: {
          shape: 'groups',
          events: hookGroups(
            events,
            (call) => hookCommand(tree, call),
            () => ({ timeout: 10 }),
          ),
        },
      },
    },
  ],
  skills: {
    roots: (place) => [path.join(folder(place), 'skills')],
    wholeLink: true,
    // 1 % of the context: 30,000 on the current large models, 8,000 on the small ones.
    listing: 30_000,
  },
  context: { perTurn: true, cap: 10_000 },
  instructions: { user: () => [], project: [] },
  samples: [
    { call: 'session', on: 'SessionStart', input: { hook_event_name: 'SessionStart', source: 'startup' } },
    { call: 'prompt', on: 'UserPromptSubmit', input: { hook_event_name: 'UserPromptSubmit', prompt: 'hello' } },
    {
      call: 'subagent',
      on: 'PreToolUse',
      input: {
        hook_event_name: 'PreToolUse',
        tool_name: 'Agent',
        tool_input: { description: 'say hello', prompt: 'hello', subagent_type: 'general-purpose' },
      },
    },
    {
      call: 'edit',
      on: 'PostToolUse',
      input: { hook_event_name: 'PostToolUse', tool_name: 'Edit', tool_input: { file_path: '/nowhere/notes.txt' } },
    },
    {
      call: 'changed',
      on: 'FileChanged',
      input: { hook_event_name: 'FileChanged', file_path: '/nowhere/notes.txt', event: 'change' },
    },
    { call: 'stop', on: 'Stop', input: { hook_event_name: 'Stop', stop_hook_active: false } },
  ],
  tested: 'real program',
  remarks: [],
};
