import fs from 'node:fs';
import path from 'node:path';
import { nodeProgram, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'write_file', input: { file_path: deed.file, content: deed.text } }];
    case 'edit':
      return [
        { name: 'read_file', input: { file_path: deed.file } },
        { name: 'edit', input: { file_path: deed.file, old_string: deed.from, new_string: deed.to } },
      ];
    case 'shell':
      return [{ name: 'run_shell_command', input: { command: deed.command, is_background: false } }];
    case 'task': {
      const input = { description: 'a small job', prompt: deed.prompt, subagent_type: 'general-purpose' };
      return [{ name: 'agent', input }];
    }
  }
}

// Without "$version" it would write the file anew at its first start, in its own layout.
const settings = `{
  // keep: my own settings
  "$version": 4,
  "security": { "auth": { "selectedType": "openai" } },
  "hooks": {
    "UserPromptSubmit": [
      { "hooks": [{ "type": "command", "command": "echo MY-OWN-HOOK" }] } /* mine */
    ]
  }
}
`;

/** Qwen Code. It asks the model more often than for the turn alone: it keeps memories in the background. */
export const qwen: Driver = {
  id: 'qwen',
  name: 'Qwen Code',
  ...nodeProgram('@qwen-code/qwen-code', 'qwen'),
  program: 'qwen',
  configure({ home }) {
    const folder = path.join(home, '.qwen');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'settings.json'), settings);
  },
  settings: ['.qwen/settings.json'],
  environment: ({ url }) => ({
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: 'not-a-key',
    OPENAI_MODEL: 'scripted',
    QWEN_CODE_SUPPRESS_YOLO_WARNING: '1',
  }),
  args: ({ prompt, session, resume, flags = ['-y'] }) => [
    resume ? '--resume' : '--session-id',
    session,
    ...flags,
    '-p',
    prompt,
  ],
  calls,
  ownHook: 'MY-OWN-HOOK',
  subagents: false,
  inContext: (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};
