import fs from 'node:fs';
import path from 'node:path';
import { manifestOf, nodeProgram, type Deed, type Driver, type Stage } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'write', input: { path: deed.file, content: deed.text } }];
    case 'edit':
      // Its patches stay in the workspace.
      return [{ name: 'edit', input: { path: deed.file, edits: [{ oldText: deed.from, newText: deed.to }] } }];
    case 'shell':
      return [{ name: 'exec', input: { command: deed.command } }];
    case 'task':
      return [{ name: 'sessions_spawn', input: { task: deed.prompt } }];
  }
}

// The Node that its package wants is newer than the one the tests may run on.
function newNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 16)) return process.execPath;
  return path.join(manifestOf(`node-${process.platform}-${process.arch}`).folder, 'bin/node');
}

function settings({ url }: Stage): string {
  const model = { id: 'scripted', name: 'scripted', input: ['text'], contextWindow: 128_000, maxTokens: 8_192 };
  return `{
  // keep: my own settings
  models: {
    mode: 'merge',
    providers: {
      scripted: { baseUrl: '${url}/v1', apiKey: 'not-a-key', api: 'openai-completions', models: [${JSON.stringify(model)}] },
    },
  },
  agents: { defaults: { model: { primary: 'scripted/scripted' }, skipBootstrap: true } },
}
`;
}

/** openclaw, its agent run in the program itself; it takes JSON5 in its settings and no key that it does not know. */
export const openclaw: Driver = {
  id: 'openclaw',
  name: 'openclaw',
  ...nodeProgram('openclaw', 'openclaw', newNode()),
  program: 'openclaw',
  configure(stage) {
    const folder = path.join(stage.home, '.openclaw');
    fs.mkdirSync(path.join(folder, 'workspace'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'openclaw.json'), settings(stage));
    // Instructions are those of the agent's workspace; in one that has none openclaw greets its user first.
    fs.writeFileSync(path.join(folder, 'workspace/AGENTS.md'), '# Mine\n');
  },
  settings: ['.openclaw/openclaw.json', '.openclaw/workspace/AGENTS.md'],
  environment: () => ({}),
  args: ({ prompt, session, flags = [] }) => [
    'agent',
    '--local',
    '--agent',
    'main',
    '--session-id',
    session,
    ...flags,
    '-m',
    prompt,
  ],
  calls,
  subagents: false,
  toldOfEdits: false,
};
