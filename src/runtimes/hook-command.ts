import path from 'node:path';
import { layout } from '../core/paths.ts';
import type { HookEvent } from './row.ts';

/** A word as a POSIX shell reads it back: in single quotes, where only the quote itself needs care. */
function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command line a runtime runs for one event: the tree's one hook program and the event's name. */
export function hookCommand(tree: string, event: HookEvent): string {
  // Forward slashes on every platform: the runtimes run hooks with a POSIX shell, on Windows too.
  return `${quoteForShell(path.join(tree, layout.hook).split(path.sep).join('/'))} ${event}`;
}

/** Whether a command found in somebody's settings is ours: of this tree, of one that has moved, or of an older form. */
export function isHookCommand(command: string): boolean {
  return command.replaceAll('\\', '/').includes(`/${layout.hook}`);
}
