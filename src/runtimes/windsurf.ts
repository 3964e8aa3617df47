import path from 'node:path';
import { hookCommand } from './hook-command.ts';
import type { Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.codeium', 'windsurf');

/** Windsurf, by its documentation. Its hooks can block a prompt but add nothing to it: rules and skills have to do. */
export const windsurf: Runtime = {
  id: 'windsurf',
  name: 'Windsurf',
  program: 'windsurf',
  folder,
  version: /^(\d+\.\d+\.\d+\S*)/m,
  gates: [],
  warnings: () => [],
  targets: ({ place, tree }) => [
    {
      kind: 'json',
      file: path.join(folder(place), 'hooks.json'),
      dialect: 'json',
      wanted: {
        hooks: { shape: 'list', events: { post_write_code: { command: hookCommand(tree, 'edit', 'windsurf') } } },
      },
    },
  ],
  skills: { roots: (place) => [path.join(folder(place), 'skills')], wholeLink: true, listing: 30_000 },
  context: { perTurn: false },
  instructions: {
    user: (place) => [
      { file: path.join(folder(place), 'memories', 'global_rules.md'), limit: { count: 6_000, unit: 'characters' } },
    ],
    project: [
      {
        file: '.windsurf/rules/snappy.md',
        head: '---\ntrigger: always_on\n---\n',
        limit: { count: 12_000, unit: 'characters' },
      },
      { file: '.windsurfrules', ifThere: true, limit: { count: 6_000, unit: 'characters' } },
    ],
  },
  samples: [
    {
      call: 'edit',
      on: 'post_write_code',
      input: {
        agent_action_name: 'post_write_code',
        tool_info: { file_path: '/nowhere/notes.txt', edits: [] },
      },
    },
  ],
  tested: 'recorded samples',
  remarks: ['its hooks cannot add context to a turn: it gets rules and skills, and no loader by itself'],
};
