import path from 'node:path';
import { manifestOf, platformPackage, type Deed, type Driver } from './driver.ts';
import type { ToolCall } from './model-request.ts';

function calls(deed: Deed): [ToolCall, ...ToolCall[]] {
  switch (deed.kind) {
    case 'write':
      return [{ name: 'Write', input: { file_path: deed.file, content: deed.text } }];
    case 'edit': {
      const input = { file_path: deed.file, old_string: deed.from, new_string: deed.to, replace_all: false };
      return [
        { name: 'Read', input: { file_path: deed.file } },
        { name: 'Edit', input },
      ];
    }
    case 'shell':
      return [{ name: 'Bash', input: { command: deed.command, description: 'a command' } }];
    case 'task':
      return [
        {
          name: 'Agent',
          input: { description: 'a small job', prompt: deed.prompt, subagent_type: 'general-purpose' },
        },
      ];
  }
}

function driver(alias: string): Driver {
  // The package holds a launcher whose install script we do not run; the program itself is in the package of the platform.
  const platform = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  const folder = platformPackage(alias, [platform, `${platform}-musl`]);
  return {
    id: 'claude-code',
    name: 'Claude Code',
    version: manifestOf(alias).version,
    program: 'claude',
    command: [path.join(folder, 'claude')],
    configure() {
      // The endpoint is in the environment; a user without settings is the common case.
    },
    settings: [],
    // The DISABLE names keep the program off the network, IS_SANDBOX lets root pass over permissions.
    environment: ({ url, home }) => ({
      CLAUDE_CODE_TMPDIR: path.join(home, '../tmp'),
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'not-a-key',
      IS_SANDBOX: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    args: ({ prompt, session, resume, flags = ['--dangerously-skip-permissions'] }) => [
      '-p',
      resume ? '--resume' : '--session-id',
      session,
      ...flags,
      prompt,
    ],
    calls,
    subagents: true,
  };
}

/** Both versions that are supported: the newest, and the one that npm resolves to on Node 20. */
export const claudes: readonly Driver[] = [driver('claude-197'), driver('claude-329')];
