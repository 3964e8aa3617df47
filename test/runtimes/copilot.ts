import fs from 'node:fs';
import path from 'node:path';
import { manifestOf, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'create', input: { path: deed.file, file_text: deed.text } }];
    case 'edit':
      return [{ name: 'edit', input: { path: deed.file, old_str: deed.from, new_str: deed.to } }];
    case 'shell':
      return [{ name: 'bash', input: { command: deed.command, description: 'a small job' } }];
    case 'task':
      return [
        {
          name: 'task',
          input: { description: 'a small job', prompt: deed.prompt, agent_type: 'general-purpose', name: 'small-job' },
        },
      ];
  }
}

const { folder, version } = manifestOf(`@github/copilot-${process.platform}-${process.arch}`);

/** GitHub Copilot CLI, on a model of the user's own; the program itself is in the package of the platform. */
export const copilot: Driver = {
  id: 'copilot',
  name: 'GitHub Copilot CLI',
  version,
  command: [path.join(folder, process.platform === 'win32' ? 'copilot.exe' : 'copilot')],
  program: 'copilot',
  configure({ home }) {
    fs.mkdirSync(path.join(home, '.copilot'));
    fs.writeFileSync(path.join(home, '.copilot/settings.json'), '{\n  "banner": "never"\n}\n');
  },
  settings: ['.copilot/settings.json'],
  // It unpacks itself there when it is asked for its version.
  keeps: /^\.cache\b/,
  environment: ({ url }) => ({
    COPILOT_OFFLINE: 'true',
    COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
    COPILOT_MODEL: 'scripted',
    COPILOT_AUTO_UPDATE: 'false',
  }),
  // Without a terminal it writes outside of the project only when every path is allowed.
  args: ({ prompt, session, flags = ['--allow-all-tools', '--allow-all-paths'] }) => [
    '--session-id',
    session,
    ...flags,
    '-p',
    prompt,
  ],
  calls,
  subagents: true,
};
