import path from 'node:path';
import { askHookHashes, readTrust, trustTables } from './codex-trust.ts';
import { movable, movedWarning, ownAndSharedSkills } from './folders.ts';
import { hookCommand, hookGroups, type WiredEvent } from './hook-command.ts';
import type { Place, Runtime } from './row.ts';

const folder = (place: Place): string => movable(place, 'CODEX_HOME', '.codex');

// A subagent asks for its loader itself: its task comes as a prompt. On PreToolUse the loader would come twice.
const events: readonly WiredEvent[] = [
  { on: 'SessionStart', call: 'session' },
  { on: 'UserPromptSubmit', call: 'prompt' },
  { on: 'PostToolUse', matcher: 'apply_patch|Edit|Write', call: 'edit' },
  { on: 'Stop', call: 'stop' },
];

const recorded = { cwd: '/nowhere', permission_mode: 'default' };
const patch = '*** Begin Patch\n*** Add File: notes.txt\n+hello\n*** End Patch\n';

/** In its sandbox an agent could read a loader, but not mend it, nor say that it did. */
function sandboxTable(tree: string): string {
  const roots = ['state/skills', 'state/log'].map((dir) => JSON.stringify(path.join(tree, dir)));
  return `[sandbox_workspace_write]\nwritable_roots = [${roots.join(', ')}]`;
}

/**
 * Codex CLI, as measured on 0.169. It trusts a hook by its place and its exact text, so ours are appended and never
 * change; hooks.json may have no other key at its top than `description` and `hooks`.
 */
export const codex: Runtime = {
  id: 'codex',
  name: 'Codex CLI',
  program: 'codex',
  folder,
  version: /codex-cli (\d+\.\d+\.\d+\S*)/,
  gates: [
    { since: '0.116.0', what: 'hooks', below: 'not wired' },
    {
      since: '0.124.0',
      what: 'the prompt hook without `codex_hooks = true` under [features] in config.toml',
      below: 'degraded',
    },
  ],
  warnings: (place) => movedWarning(place, 'CODEX_HOME', '.codex'),
  targets: ({ place, tree, trusted }) => [
    {
      kind: 'json',
      file: path.join(folder(place), 'hooks.json'),
      dialect: 'json',
      noByteOrderMark: true,
      wanted: {
        hooks: {
          shape: 'groups',
          events: hookGroups(
            events,
            (call) => hookCommand(tree, call, 'codex'),
            () => ({ timeout: 30 }),
          ),
          onlyKeys: ['description', 'hooks'],
        },
      },
    },
    {
      kind: 'toml',
      file: path.join(folder(place), 'config.toml'),
      block: [sandboxTable(tree), trustTables(path.join(folder(place), 'hooks.json'), trusted)].join('\n').trimEnd(),
    },
  ],
  skills: ownAndSharedSkills(folder, 8_000),
  trust: {
    files: (place) => ({
      hooks: path.join(folder(place), 'hooks.json'),
      settings: path.join(folder(place), 'config.toml'),
    }),
    ask: askHookHashes,
    read: readTrust,
    tables: trustTables,
    byHand: 'open `/hooks` in Codex and trust those of snappy-os',
  },
  context: { perTurn: true, cap: 10_000 },
  instructions: {
    // 40,000 bytes at the user's level arrived whole; the limit is for a project's files.
    user: (place) => [
      { file: path.join(folder(place), 'AGENTS.md'), insteadOf: path.join(folder(place), 'AGENTS.override.md') },
    ],
    project: [
      { file: 'AGENTS.md', insteadOf: 'AGENTS.override.md', limit: { count: 32_768, unit: 'bytes', together: true } },
    ],
  },
  samples: [
    { call: 'session', on: 'SessionStart', input: { ...recorded, hook_event_name: 'SessionStart', source: 'startup' } },
    {
      call: 'prompt',
      on: 'UserPromptSubmit',
      input: { ...recorded, hook_event_name: 'UserPromptSubmit', prompt: 'hello' },
    },
    {
      call: 'edit',
      on: 'PostToolUse',
      input: { ...recorded, hook_event_name: 'PostToolUse', tool_name: 'apply_patch', tool_input: { command: patch } },
    },
    { call: 'stop', on: 'Stop', input: { ...recorded, hook_event_name: 'Stop', stop_hook_active: false } },
  ],
  tested: 'real program',
  remarks: [
    'runs a hook only after you have trusted it in `/hooks`',
    'its sandbox is opened for the tree’s `state/skills` and `state/log`, so that an agent can mend a loader',
  ],
};
