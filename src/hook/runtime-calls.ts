/** What a runtime writes to the hook's stdin at its events. */
export interface RuntimeCalls {
  readonly session: object;
  readonly prompt: (prompt: string) => object;
  /** An edit of one file, by the tool that the runtime has for it. */
  readonly edit: (file: string) => object;
  readonly stop: object;
  /** The start of a subagent; `task` is what it is given. */
  readonly subagent?: (task: string) => object;
}

const id = '01a1fd4d-220c-76f0-b282-e7f743a692ff';
const cwd = '/home/ann/project';
const transcript = { transcript_path: '/home/ann/transcript.jsonl' };

/** Claude Code's names for things, which others have taken over. */
function claudeStyle(common: object, tool: string): RuntimeCalls {
  const base = { session_id: id, ...transcript, cwd };
  return {
    session: { ...base, hook_event_name: 'SessionStart', ...common, source: 'startup' },
    prompt: (prompt) => ({ ...base, hook_event_name: 'UserPromptSubmit', ...common, prompt }),
    edit: (file) => ({
      ...base,
      hook_event_name: 'PostToolUse',
      ...common,
      tool_name: tool,
      tool_input: { file_path: file, content: 'hello' },
      tool_response: { filePath: '/elsewhere/state/skills/x/AGENTS.md' },
      tool_use_id: 'call_1',
    }),
    stop: { ...base, hook_event_name: 'Stop', ...common, stop_hook_active: false },
    subagent: (task) => ({
      ...base,
      hook_event_name: 'PreToolUse',
      ...common,
      tool_name: 'Agent',
      tool_input: { description: 'a task', prompt: task, subagent_type: 'general' },
    }),
  };
}

const codexBase = {
  session_id: id,
  turn_id: 'turn-1',
  ...transcript,
  cwd,
  model: 'gpt-5.5',
  permission_mode: 'default',
};
const geminiBase = { session_id: id, ...transcript, cwd, timestamp: '2026-11-21T08:50:57.150Z' };
const copilotBase = { sessionId: id, timestamp: 1795251059625, cwd };
const cursorBase = {
  conversation_id: id,
  generation_id: 'generation-1',
  model: 'default',
  cursor_version: '3.18.25',
  workspace_roots: [cwd],
};
const windsurfBase = { trajectory_id: id, execution_id: 'execution-1', timestamp: '2026-11-21T08:50:57Z' };

/** What our own module inside a runtime sends. */
const ofModule: RuntimeCalls = {
  session: { session_id: id, cwd, hook_event_name: 'session_start', source: 'startup' },
  prompt: (prompt) => ({ session_id: id, cwd, hook_event_name: 'UserPromptSubmit', prompt }),
  edit: (file) => ({ session_id: id, cwd, tool_input: { file_path: file } }),
  stop: { session_id: id, cwd },
};

/**
 * The stdin of each runtime by the word the hook is called with: recorded from the real programs (Codex 0.169, Gemini CLI
 * 0.61, Copilot CLI 1.0.102, Qwen Code 0.24.4), cut to what tells them apart; of Cursor and Windsurf, after their
 * documentation.
 */
export const runtimeCalls: Readonly<Record<string, RuntimeCalls>> = {
  'claude-code': claudeStyle({ permission_mode: 'default' }, 'Edit'),
  codex: {
    session: { ...codexBase, hook_event_name: 'SessionStart', source: 'startup' },
    prompt: (prompt) => ({ ...codexBase, hook_event_name: 'UserPromptSubmit', prompt }),
    edit: (file) => ({
      ...codexBase,
      hook_event_name: 'PostToolUse',
      tool_name: 'apply_patch',
      tool_input: { command: `*** Begin Patch\n*** Update File: ${file}\n@@\n-a\n+b\n*** End Patch\n` },
      tool_response: 'Exit code: 0\nOutput:\nSuccess. Updated the following files:\nM /elsewhere\n',
    }),
    stop: { ...codexBase, hook_event_name: 'Stop', stop_hook_active: false, last_assistant_message: 'done' },
    subagent: (task) => ({
      ...codexBase,
      hook_event_name: 'PreToolUse',
      tool_name: 'spawn_agent',
      tool_input: { message: task, agent_type: 'default' },
    }),
  },
  gemini: {
    session: { ...geminiBase, hook_event_name: 'SessionStart', source: 'startup' },
    prompt: (prompt) => ({
      ...geminiBase,
      hook_event_name: 'BeforeAgent',
      prompt: `<hook_context>[snappy-os] THIS MACHINE: /home/ann/snappy-os</hook_context>\n\n${prompt}`,
    }),
    edit: (file) => ({
      ...geminiBase,
      hook_event_name: 'AfterTool',
      tool_name: 'write_file',
      tool_input: { file_path: file, content: 'hello' },
      tool_response: { llmContent: 'Successfully wrote', returnDisplay: { filePath: '/elsewhere' } },
    }),
    stop: { ...geminiBase, hook_event_name: 'AfterAgent', prompt: 'ship it now', prompt_response: 'done' },
    subagent: (task) => ({
      ...geminiBase,
      hook_event_name: 'BeforeTool',
      tool_name: 'invoke_agent',
      tool_input: { agent_name: 'generalist', prompt: task },
    }),
  },
  qwen: claudeStyle({ timestamp: '2026-11-21T08:51:02.041Z', permission_mode: 'yolo' }, 'write_file'),
  copilot: {
    session: { ...copilotBase, source: 'new', initialPrompt: 'ship it now' },
    prompt: (prompt) => ({ ...copilotBase, prompt }),
    edit: (file) => ({
      ...copilotBase,
      toolName: 'create',
      toolArgs: { path: file, file_text: 'hello' },
      toolResult: { resultType: 'success', textResultForLlm: 'Created file /elsewhere' },
    }),
    stop: { ...copilotBase, stopReason: 'end_turn', stop_hook_active: false },
  },
  cursor: {
    session: { ...cursorBase, hook_event_name: 'sessionStart', composer_mode: 'agent' },
    prompt: (prompt) => ({ ...cursorBase, hook_event_name: 'beforeSubmitPrompt', prompt, attachments: [] }),
    edit: (file) => ({
      ...cursorBase,
      hook_event_name: 'afterFileEdit',
      file_path: file,
      edits: [{ old_string: 'a', new_string: 'b' }],
    }),
    stop: { ...cursorBase, hook_event_name: 'stop', status: 'completed', loop_count: 0 },
  },
  windsurf: {
    session: { ...windsurfBase, agent_action_name: 'pre_user_prompt', tool_info: { user_prompt: 'ship it now' } },
    prompt: (prompt) => ({ ...windsurfBase, agent_action_name: 'pre_user_prompt', prompt, tool_info: {} }),
    edit: (file) => ({
      ...windsurfBase,
      agent_action_name: 'post_write_code',
      tool_info: { file_path: file, edits: [{ old_string: 'a', new_string: 'b' }] },
    }),
    stop: { ...windsurfBase, agent_action_name: 'post_cascade_response', tool_info: { response: 'done' } },
  },
  pi: ofModule,
  openclaw: ofModule,
  opencode: ofModule,
};
