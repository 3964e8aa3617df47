import path from 'node:path';
import { ownAndSharedSkills } from './folders.ts';
import { guardedHookCommand, hookGroups, type WiredEvent } from './hook-command.ts';
import type { Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.gemini');

const events: readonly WiredEvent[] = [
  { on: 'SessionStart', call: 'session' },
  // In every turn it fires with "auto", whether anything is compressed or not; only `/compress` is "manual".
  { on: 'PreCompress', matcher: 'manual', call: 'session' },
  { on: 'BeforeAgent', call: 'prompt' },
  { on: 'BeforeTool', matcher: 'invoke_agent', call: 'subagent' },
  { on: 'AfterTool', matcher: 'write_file|replace', call: 'edit' },
  { on: 'AfterAgent', call: 'stop' },
];

const recorded = { cwd: '/nowhere' };

/** Gemini CLI, as measured on 0.61. A hook whose command is missing blocks every prompt, hence the guard. */
export const gemini: Runtime = {
  id: 'gemini',
  name: 'Gemini CLI',
  program: 'gemini',
  folder,
  version: /^(\d+\.\d+\.\d+\S*)/m,
  gates: [
    { since: '0.26.0', what: 'hooks', below: 'not wired' },
    { since: '0.28.1', what: 'skills of ~/.agents/skills', below: 'degraded' },
  ],
  warnings: () => [],
  targets: ({ place, tree }) => [
    {
      kind: 'json',
      file: path.join(folder(place), 'settings.json'),
      dialect: 'jsonc',
      noByteOrderMark: true,
      wanted: {
        hooks: {
          shape: 'groups',
          events: hookGroups(
            events,
            (call) => guardedHookCommand(tree, call, 'gemini'),
            // Milliseconds.
            ({ call }) => ({ name: `snappy-${call}`, timeout: 20_000 }),
          ),
        },
      },
    },
  ],
  skills: ownAndSharedSkills(folder),
  context: { perTurn: true },
  instructions: {
    user: (place) => [{ file: path.join(folder(place), 'GEMINI.md'), imports: true }],
    project: [{ file: 'GEMINI.md', imports: true }],
    // Its tools write in the workspace only, and to name a folder in its settings is fatal once that folder is gone.
    hints: ['To change a file of a skill, activate that skill first: its folder is in your workspace from then on.'],
  },
  samples: [
    { call: 'session', on: 'SessionStart', input: { ...recorded, hook_event_name: 'SessionStart', source: 'startup' } },
    { call: 'session', on: 'PreCompress', input: { ...recorded, hook_event_name: 'PreCompress', trigger: 'manual' } },
    {
      call: 'prompt',
      on: 'BeforeAgent',
      input: {
        ...recorded,
        hook_event_name: 'BeforeAgent',
        prompt: '<hook_context>earlier words</hook_context>\n\nhello',
      },
    },
    {
      call: 'subagent',
      on: 'BeforeTool',
      input: {
        ...recorded,
        hook_event_name: 'BeforeTool',
        tool_name: 'invoke_agent',
        tool_input: { agent_name: 'generalist', prompt: 'hello' },
      },
    },
    {
      call: 'edit',
      on: 'AfterTool',
      input: {
        ...recorded,
        hook_event_name: 'AfterTool',
        tool_name: 'write_file',
        tool_input: { file_path: '/nowhere/notes.txt', content: 'hello' },
      },
    },
    { call: 'stop', on: 'AfterAgent', input: { ...recorded, hook_event_name: 'AfterAgent', stop_hook_active: false } },
  ],
  tested: 'real program',
  remarks: [],
};
