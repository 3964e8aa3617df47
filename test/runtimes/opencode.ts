import fs from 'node:fs';
import path from 'node:path';
import { manifestOf, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'write', input: { filePath: deed.file, content: deed.text } }];
    case 'edit':
      return [
        { name: 'read', input: { filePath: deed.file } },
        { name: 'edit', input: { filePath: deed.file, oldString: deed.from, newString: deed.to } },
      ];
    case 'shell':
      return [{ name: 'bash', input: { command: deed.command, description: 'a small job' } }];
    case 'task': {
      const input = { description: 'a small job', prompt: deed.prompt, subagent_type: 'general' };
      return [{ name: 'task', input }];
    }
  }
}

const settings = (url: string): string => `{
  // keep: my own settings
  "$schema": "https://opencode.ai/config.json",
  "model": "scripted/scripted",
  // Else it would ask the model for a title of the session first.
  "agent": { "title": { "disable": true } },
  "provider": {
    "scripted": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "${url}/v1", "apiKey": "not-a-key" },
      "models": { "scripted": {} },
    },
  },
}
`;

const platform = process.platform === 'win32' ? 'windows' : process.platform;
const { folder, version } = manifestOf(`opencode-${platform}-${process.arch}`);

/** OpenCode; its program alone is installed, without the package that starts it. */
export const opencode: Driver = {
  id: 'opencode',
  name: 'OpenCode',
  version,
  command: [path.join(folder, 'bin', process.platform === 'win32' ? 'opencode.exe' : 'opencode')],
  program: 'opencode',
  configure({ home, url }) {
    const config = path.join(home, '.config/opencode');
    fs.mkdirSync(config, { recursive: true });
    fs.writeFileSync(path.join(config, 'opencode.json'), settings(url));
  },
  settings: ['.config/opencode/opencode.json'],
  keeps: /^\.config\/opencode\/\.gitignore$|^\.(local|cache)\b/,
  environment: ({ url }) => ({
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    // Wherever there are plugins it installs its library of types beside them: here it finds none.
    npm_config_registry: url,
  }),
  args: ({ prompt, session, resume, flags = ['--auto'] }) => [
    'run',
    '--format',
    'json',
    ...(resume ? ['--session', session] : []),
    ...flags,
    prompt,
  ],
  sessionOf({ stdout }) {
    const id = /"sessionID":"(ses_\w+)"/.exec(stdout)?.[1];
    if (id === undefined) throw new Error(`OpenCode has named no session:\n${stdout}`);
    return id;
  },
  calls,
  subagents: true,
};
