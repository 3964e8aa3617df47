/** By these an agent program marks what it starts as part of its own session. */
const ofASession = [
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_ENV_FILE',
  'CLAUDE_PROJECT_DIR',
  'CODEX_THREAD_ID',
  'CURSOR_AGENT',
  'GEMINI_CLI',
  'OPENCODE',
  'QWEN_CODE',
];

/**
 * The environment of an agent program that we start: that of the caller, but no part of the caller's session, and marked
 * so that hooks and drains below it start nothing (`SNAPPY_INSIDE`).
 */
export function insideEnv(env: NodeJS.ProcessEnv, inside: 'eval' | 'judge' | 'regen'): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !ofASession.includes(name));
  return { ...Object.fromEntries(own), SNAPPY_INSIDE: inside };
}
