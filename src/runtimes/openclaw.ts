import path from 'node:path';
import { ownAndSharedSkills } from './folders.ts';
import { moduleText } from './module-text.ts';
import type { Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.openclaw');

const packageFile = { name: 'snappy', version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.js'] } };
const pluginFile = {
  id: 'snappy',
  name: 'snappy-os',
  activation: { onStartup: true },
  configSchema: { type: 'object', additionalProperties: false },
};
const asFile = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/**
 * openclaw, as measured on 2026.9.6: hooks are a plugin that runs inside it. An unknown key at the top of its settings
 * makes it refuse to run; without `allowConversationAccess` the plugin's hooks are silently absent.
 */
export const openclaw: Runtime = {
  id: 'openclaw',
  name: 'openclaw',
  program: 'openclaw',
  folder,
  version: /OpenClaw (\d+\.\d+\.\d+\S*)/i,
  gates: [
    { since: '2026.2.17', what: 'the hook before a prompt', below: 'not wired' },
    { since: '2026.4.26', what: 'the setting that lets a plugin see the conversation', below: 'not wired' },
  ],
  warnings: () => [],
  targets(wiring) {
    const plugin = path.join(folder(wiring.place), 'extensions', 'snappy');
    return [
      { kind: 'file', file: path.join(plugin, 'package.json'), text: asFile(packageFile) },
      { kind: 'file', file: path.join(plugin, 'openclaw.plugin.json'), text: asFile(pluginFile) },
      { kind: 'file', file: path.join(plugin, 'index.js'), text: moduleText(wiring, 'openclaw.js') },
      {
        kind: 'json',
        file: path.join(folder(wiring.place), 'openclaw.json'),
        dialect: 'json5',
        wanted: {
          values: [
            {
              at: ['plugins', 'entries', 'snappy'],
              value: { enabled: true, hooks: { allowConversationAccess: true } },
            },
            // Where the user has this list, a plugin that is not in it is not loaded.
            { at: ['plugins', 'allow'], element: 'snappy', ifListed: true },
          ],
        },
      },
    ];
  },
  skills: ownAndSharedSkills(folder),
  context: { perTurn: true },
  // The instructions of the user are those of the agent's workspace.
  instructions: {
    user: (place) => [
      {
        file: path.join(folder(place), 'workspace', 'AGENTS.md'),
        limit: { count: 20_000, unit: 'characters' },
        // With such a file in its workspace openclaw does not greet its user.
        ifThere: true,
      },
    ],
    project: [{ file: 'AGENTS.md', limit: { count: 20_000, unit: 'characters' } }],
  },
  samples: [
    { call: 'session', on: 'after_compaction', input: { source: 'compact' } },
    { call: 'prompt', on: 'before_prompt_build', input: { prompt: 'hello' } },
    {
      call: 'edit',
      on: 'after_tool_call',
      input: { tool_input: { file_path: '/nowhere/notes.txt' } },
    },
    { call: 'stop', on: 'agent_end', input: {} },
  ],
  tested: 'real program',
  remarks: [],
};
