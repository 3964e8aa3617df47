import { SnappyError } from '../core/errors.ts';
import { claudeCode } from './claude-code.ts';
import type { Runtime } from './row.ts';

/** Every runtime that `install` can wire, in the order it is done and shown. */
export const runtimes: readonly Runtime[] = [claudeCode];

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
