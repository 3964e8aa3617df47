import path from 'node:path';
import { layout } from '../core/paths.ts';
import type { JsonValue } from '../wiring/wanted.ts';
import type { HookEvent } from './row.ts';

/** A word as a POSIX shell reads it back: in single quotes, where only the quote itself needs care. */
function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The command line a runtime runs for one event: the tree's one hook program, the event's name and the runtime's, which
 * decides the form of the answer. Claude Code's form goes without a name.
 */
export function hookCommand(tree: string, event: HookEvent, runtime?: string): string {
  return [quoteForShell(hookPath(tree)), event, ...(runtime === undefined ? [] : [runtime])].join(' ');
}

/** The same for a runtime that blocks the turn when the program is missing: a tree that is gone must not silence an agent. */
export function guardedHookCommand(tree: string, event: HookEvent, runtime: string): string {
  return `[ ! -x ${quoteForShell(hookPath(tree))} ] || ${hookCommand(tree, event, runtime)}`;
}

/** The hook program of a tree, with forward slashes on every platform: hooks are run by a POSIX shell on Windows too. */
export function hookPath(tree: string): string {
  return path.join(tree, layout.hook).split(path.sep).join('/');
}

/** Whether a command found in somebody's settings is ours: of this tree, of one that has moved, or of an older form. */
export function isHookCommand(command: string): boolean {
  return command.replaceAll('\\', '/').includes(`/${layout.hook}`);
}

/** The trees whose hook program a text of settings, or of a module, names; a path with a quote in it is not found. */
export function treesNamed(text: string): string[] {
  const pattern = new RegExp(`["']([^"'\\n]+)/${layout.hook.replaceAll('.', '\\.')}`, 'g');
  return [...text.matchAll(pattern)].map(([, tree = '']) => tree);
}

/** One wired event: the runtime's own name of it, and what the hook program is called with. */
export interface WiredEvent {
  readonly on: string;
  readonly call: HookEvent;
  /** Which tools it is for, in the runtime's own syntax; absent where the event has none. */
  readonly matcher?: string;
}

type Fields = { readonly [key: string]: JsonValue };

/** Event name -> our group `{"matcher","hooks":[{"type":"command","command",…}]}`; `fields` gives what each hook has besides. */
export function hookGroups(
  events: readonly WiredEvent[],
  commandOf: (call: HookEvent) => string,
  fields: (event: WiredEvent) => Fields,
): Readonly<Record<string, Fields>> {
  const groups = events.map((event) => {
    const hooks = [{ type: 'command', command: commandOf(event.call), ...fields(event) }];
    return [event.on, event.matcher === undefined ? { hooks } : { matcher: event.matcher, hooks }] as const;
  });
  return Object.fromEntries(groups);
}
