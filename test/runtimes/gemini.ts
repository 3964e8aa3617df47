import fs from 'node:fs';
import path from 'node:path';
import { nodeProgram, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'write_file', input: { file_path: deed.file, content: deed.text } }];
    case 'edit': {
      const input = { file_path: deed.file, instruction: 'mend it', old_string: deed.from, new_string: deed.to };
      // It may write outside of its project in the folder of a skill that it has activated.
      return [
        { name: 'activate_skill', input: { name: path.basename(path.dirname(deed.file)) } },
        { name: 'replace', input },
      ];
    }
    case 'shell':
      return [{ name: 'run_shell_command', input: { command: deed.command, is_background: false } }];
    case 'task':
      return [{ name: 'invoke_agent', input: { agent_name: 'generalist', prompt: deed.prompt } }];
  }
}

const settings = `{
  // keep: my own settings
  "security": { "auth": { "selectedType": "gemini-api-key" } },
  "hooks": {
    "BeforeAgent": [
      { "hooks": [{ "type": "command", "name": "mine", "command": "echo '{\\"hookSpecificOutput\\":{\\"additionalContext\\":\\"MY-OWN-HOOK\\"}}'" }] } /* mine */
    ]
  }
}
`;

/** Gemini CLI, which takes comments in its settings and no trailing comma. */
export const gemini: Driver = {
  id: 'gemini',
  name: 'Gemini CLI',
  ...nodeProgram('@google/gemini-cli', 'gemini'),
  program: 'gemini',
  configure({ home, project }) {
    const folder = path.join(home, '.gemini');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'settings.json'), settings);
    // In a folder that is not trusted it does not run at all.
    fs.writeFileSync(path.join(folder, 'trustedFolders.json'), JSON.stringify({ [project]: 'TRUST_FOLDER' }));
  },
  settings: ['.gemini/settings.json', '.gemini/trustedFolders.json'],
  environment: ({ url }) => ({ GEMINI_API_KEY: 'not-a-key', GOOGLE_GEMINI_BASE_URL: url }),
  args: ({ prompt, session, resume, flags = ['-y'] }) => [
    '-m',
    'gemini-2.5-flash',
    resume ? '--resume' : '--session-id',
    session,
    ...flags,
    '-p',
    prompt,
  ],
  calls,
  ownHook: 'MY-OWN-HOOK',
  // The text would stand before the first prompt, and a prompt that does not begin with `/` is no command of the user's.
  sessionLine: false,
  subagents: true,
  inContext: (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};
