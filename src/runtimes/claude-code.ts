import path from 'node:path';
import type { Place, Runtime } from './row.ts';

function folder({ home, env }: Place): string {
  const moved = env['CLAUDE_CONFIG_DIR'];
  return moved === undefined || moved === '' ? path.join(home, '.claude') : path.resolve(home, moved);
}

/**
 * Claude Code, as measured on 2.1.197 and 2.1.329. A hook in another form than the one written here makes some
 * versions drop the whole settings file, silently: a missing `type`, a `timeout` of 0 or a string.
 */
export const claudeCode: Runtime = {
  id: 'claude-code',
  name: 'Claude Code',
  program: 'claude',
  folder,
  warnings(place) {
    const used = folder(place);
    return used === path.join(place.home, '.claude')
      ? []
      : [`CLAUDE_CONFIG_DIR is set: the hooks go to ${used}, and fire only in sessions that are started with it`];
  },
  wiring: {
    kind: 'json-hooks',
    file: 'settings.json',
    entries: [
      { on: 'SessionStart', call: 'session', timeout: 10 },
      { on: 'UserPromptSubmit', call: 'prompt', timeout: 10 },
      // The tool is `Agent` since 2.1 and was `Task`. SubagentStart would be of no use: it does not name the task.
      { on: 'PreToolUse', matcher: 'Task|Agent', call: 'subagent', timeout: 10 },
      { on: 'PostToolUse', matcher: 'Edit|Write', call: 'edit', timeout: 10 },
      { on: 'FileChanged', call: 'changed', timeout: 10 },
      { on: 'Stop', call: 'stop', timeout: 10 },
    ],
  },
  skills: 'skills',
  contextCap: 10_000,
};
