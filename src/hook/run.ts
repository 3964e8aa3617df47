import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { layout } from '../core/paths.ts';

/** The events a runtime can call the hook with; the words are the hook's own first argument. */
export type HookEvent = 'session' | 'prompt' | 'subagent' | 'edit' | 'changed' | 'stop';

export interface HookResult {
  /** What the runtime would read. */
  readonly stdout: string;
  /** Why each skill was chosen or passed over; filled with `explain` only. */
  readonly explanation: string;
  readonly status: number | null;
}

/**
 * Runs the tree's own hook once, as a runtime does: one JSON object on stdin, the names of the event and of the runtime
 * (Claude Code, if it is not said) as its arguments. Unlike a runtime's call it is a trial: the hook starts no compile in
 * the background, so whoever only looks changes nothing.
 */
export function runHook(
  tree: string,
  event: HookEvent,
  input: object,
  options: { runtime?: string; explain?: boolean; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): HookResult {
  const result = spawnSync('sh', [path.join(tree, layout.hook), event, options.runtime ?? 'claude-code'], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    timeout: options.timeoutMs ?? 10_000,
    env: { ...(options.env ?? process.env), SNAPPY_TRIAL: '1', ...(options.explain ? { SNAPPY_EXPLAIN: '1' } : {}) },
  });
  return { stdout: result.stdout ?? '', explanation: result.stderr ?? '', status: result.status };
}
