import type { Grading } from './grading.ts';

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
 * The environment of what grades a run: that of the caller, but no part of the caller's session, and marked so that the
 * hook starts nothing (`SNAPPY_INSIDE`).
 */
export function gradingEnv(env: NodeJS.ProcessEnv, grading: Grading, inside: 'eval' | 'judge'): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !ofASession.includes(name));
  return {
    ...Object.fromEntries(own),
    SNAPPY_INSIDE: inside,
    SNAPPY_TREE: grading.tree,
    SNAPPY_SKILL: grading.skill,
    SNAPPY_ARTIFACT: grading.artifact ?? grading.folder,
  };
}
