import { createHash } from 'node:crypto';
import type { Change, System } from '../../core/system.ts';
import { isHookCommand } from '../../runtimes/hook-command.ts';
import type { HookTrust, Place, Runtime } from '../../runtimes/row.ts';
import type { TrustRecord } from '../record.ts';

/** A runtime that runs only hooks it was told to trust, and its program on this machine. */
export interface TrustQuestion {
  readonly runtime: Runtime & { readonly trust: HookTrust };
  /** Absolute. */
  readonly program: string;
  readonly place: Place;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The text of a file as it will be once the changes are done. */
function textAfter(system: System, file: string, changes: readonly Change[]): string {
  const write = changes.findLast((change) => change.kind === 'write' && change.path === file);
  return (write?.kind === 'write' ? write.after : system.read(file))?.toString('utf8') ?? '';
}

/**
 * What the runtime's program says of our hooks, in its file of hooks as `changes` will leave it. Only asked when the text is
 * another than the one it was asked about before. Throws when the program cannot be asked.
 */
export async function askTrust(
  system: System,
  { runtime, program, place }: TrustQuestion,
  changes: readonly Change[],
  known: readonly TrustRecord[],
): Promise<TrustRecord> {
  const text = textAfter(system, runtime.trust.files(place).hooks, changes);
  const old = known.find((entry) => entry.runtime === runtime.id);
  if (old !== undefined && old.text === digest(text)) return old;
  const hooks = await runtime.trust.ask(program, text, place.env);
  return {
    runtime: runtime.id,
    text: digest(text),
    hooks: hooks.filter(({ command }) => isHookCommand(command)),
    granted: false,
  };
}

/** How many of our hooks the runtime's settings trust, as they will be once the changes are done. */
export function countTrusted(
  system: System,
  { runtime, place }: Omit<TrustQuestion, 'program'>,
  asked: TrustRecord,
  changes: readonly Change[] = [],
): { readonly trusted: number; readonly of: number } {
  const { hooks, settings } = runtime.trust.files(place);
  const trust = runtime.trust.read(textAfter(system, settings, changes), hooks);
  const trusted = asked.hooks.filter(({ place: at, hash }) => trust.get(at) === hash).length;
  return { trusted, of: asked.hooks.length };
}
