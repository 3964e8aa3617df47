import path from 'node:path';
import { ownAndSharedSkills } from './folders.ts';
import { moduleText } from './module-text.ts';
import type { Place, Runtime } from './row.ts';

const folder = ({ home }: Place): string => path.join(home, '.pi', 'agent');

/** Pi, as measured on 0.74.2 and 0.87.1: hooks are an extension that runs inside it, and one that throws would end it. */
export const pi: Runtime = {
  id: 'pi',
  name: 'Pi',
  program: 'pi',
  folder,
  version: /(\d+\.\d+\.\d+\S*)/,
  gates: [],
  warnings: () => [],
  targets: (wiring) => [
    {
      kind: 'file',
      file: path.join(folder(wiring.place), 'extensions', 'snappy.js'),
      text: moduleText(wiring, 'pi.js'),
    },
  ],
  skills: ownAndSharedSkills(folder),
  context: { perTurn: true },
  instructions: {
    user: (place) => [{ file: path.join(folder(place), 'AGENTS.md') }],
    project: [{ file: 'AGENTS.md' }],
  },
  samples: [
    { call: 'session', on: 'session_compact', input: { source: 'compact' } },
    { call: 'prompt', on: 'before_agent_start', input: { prompt: 'hello' } },
    {
      call: 'edit',
      on: 'tool_result',
      input: { tool_input: { file_path: '/nowhere/notes.txt' } },
    },
    { call: 'stop', on: 'agent_end', input: {} },
  ],
  tested: 'real program',
  remarks: [],
};
