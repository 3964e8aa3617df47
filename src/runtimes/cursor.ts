import path from 'node:path';
import { hookCommand } from './hook-command.ts';
import type { HookEvent, Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.cursor');

const events: readonly (readonly [on: string, call: HookEvent])[] = [
  ['sessionStart', 'session'],
  ['beforeSubmitPrompt', 'prompt'],
  ['afterFileEdit', 'edit'],
  ['stop', 'stop'],
];

const recorded = { workspace_roots: ['/nowhere'] };

/** Cursor, by its documentation: it cannot be run without its window and an account. */
export const cursor: Runtime = {
  id: 'cursor',
  name: 'Cursor',
  program: 'cursor',
  folder,
  version: /^(\d+\.\d+\.\d+\S*)/m,
  gates: [
    { since: '1.7.0', what: 'hooks', below: 'not wired' },
    { since: '2.4.0', what: 'the hook at the start of a session, and skills', below: 'degraded' },
  ],
  warnings: () => [],
  targets: ({ place, tree }) => [
    {
      kind: 'json',
      file: path.join(folder(place), 'hooks.json'),
      dialect: 'json',
      start: '{\n  "version": 1\n}\n',
      wanted: {
        hooks: {
          shape: 'list',
          events: Object.fromEntries(events.map(([on, call]) => [on, { command: hookCommand(tree, call, 'cursor') }])),
        },
      },
    },
  ],
  skills: {
    roots: ({ home }) => [path.join(home, '.cursor', 'skills'), path.join(home, '.claude', 'skills')],
    wholeLink: true,
    listing: 30_000,
  },
  context: { perTurn: true, cap: 10_000 },
  instructions: {
    user: () => [],
    project: [
      {
        file: '.cursor/rules/snappy.mdc',
        head: '---\ndescription: The project’s instructions, and the skills of snappy-os\nalwaysApply: true\n---\n',
      },
      { file: '.cursorrules', ifThere: true },
    ],
  },
  samples: [
    { call: 'session', on: 'sessionStart', input: { ...recorded, hook_event_name: 'sessionStart' } },
    {
      call: 'prompt',
      on: 'beforeSubmitPrompt',
      input: { ...recorded, hook_event_name: 'beforeSubmitPrompt', prompt: 'hello' },
    },
    {
      call: 'edit',
      on: 'afterFileEdit',
      input: { ...recorded, hook_event_name: 'afterFileEdit', file_path: '/nowhere/notes.txt', edits: [] },
    },
    { call: 'stop', on: 'stop', input: { ...recorded, hook_event_name: 'stop', status: 'completed' } },
  ],
  tested: 'recorded samples',
  remarks: ['`cursor-agent -p` runs neither the prompt hook nor the stop hook'],
};
