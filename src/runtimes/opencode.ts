import path from 'node:path';
import { ownAndSharedSkills } from './folders.ts';
import { moduleText } from './module-text.ts';
import type { Place, Runtime } from './row.ts';

function folder({ home, env }: Place): string {
  const config = env['XDG_CONFIG_HOME'];
  return path.join(config === undefined || config === '' ? path.join(home, '.config') : config, 'opencode');
}

/** OpenCode, as measured on 1.18.33: hooks are a plugin that runs inside it. */
export const opencode: Runtime = {
  id: 'opencode',
  name: 'OpenCode',
  program: 'opencode',
  folder,
  version: /(\d+\.\d+\.\d+\S*)/,
  gates: [],
  warnings: () => [],
  targets: (wiring) => [
    {
      kind: 'file',
      file: path.join(folder(wiring.place), 'plugins', 'snappy.js'),
      text: moduleText(wiring, 'opencode.js'),
    },
  ],
  skills: ownAndSharedSkills(folder),
  context: { perTurn: true },
  instructions: {
    user: (place) => [{ file: path.join(folder(place), 'AGENTS.md') }],
    project: [{ file: 'AGENTS.md' }],
    // By that path it is allowed, by the tree's own it asks the user, or refuses without one.
    hints: ['To change a file of a skill, write to it below `~/.agents/skills/<name>/`.'],
  },
  samples: [
    { call: 'session', on: 'session.compacted', input: { source: 'compact' } },
    { call: 'prompt', on: 'chat.message', input: { prompt: 'hello' } },
    {
      call: 'edit',
      on: 'tool.execute.after',
      input: { tool_input: { file_path: '/nowhere/notes.txt' } },
    },
    { call: 'stop', on: 'session.idle', input: {} },
  ],
  tested: 'real program',
  remarks: [],
};
