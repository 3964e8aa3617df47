import { SnappyError } from '../core/errors.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { copilot } from './copilot.ts';
import { cursor } from './cursor.ts';
import { gemini } from './gemini.ts';
import { openclaw } from './openclaw.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { qwen } from './qwen.ts';
import type { Runtime } from './row.ts';
import { windsurf } from './windsurf.ts';

/** Every runtime that `install` can wire, in the order it is done and shown. */
export const runtimes: readonly Runtime[] = [
  claudeCode,
  codex,
  gemini,
  openclaw,
  cursor,
  windsurf,
  pi,
  copilot,
  opencode,
  qwen,
];

/** The rows named in a list such as `claude-code,codex`; all of them for `undefined`. Throws `usage` on an unknown name. */
export function selectRuntimes(list: string | undefined): readonly Runtime[] {
  if (list === undefined) return runtimes;
  const ids = [...new Set(list.split(',').map((id) => id.trim()))];
  return ids.map((id) => {
    const row = runtimes.find((runtime) => runtime.id === id);
    if (row !== undefined) return row;
    throw new SnappyError('usage', `there is no runtime ${JSON.stringify(id)}`, {
      hint: `known are: ${runtimes.map((runtime) => runtime.id).join(', ')}`,
    });
  });
}
