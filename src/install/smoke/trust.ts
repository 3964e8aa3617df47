import { createHash } from 'node:crypto';
import type { Change, System } from '../../core/system.ts';
import { isHookCommand } from '../../runtimes/hook-command.ts';
import type { HookTrust, Place, Runtime } from '../../runtimes/row.ts';
import { readRecord, type TrustRecord } from '../record.ts';
import type { Found } from '../versions.ts';
import type { Check } from './smoke.ts';

/** A runtime that runs only hooks it was told to trust, and its program on this machine. */
interface TrustQuestion {
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
async function askTrust(
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
function countTrusted(
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

/** A runtime that runs only trusted hooks, with its program. */
type Trusting = Omit<TrustQuestion, 'place'>;

function trusting(found: readonly Found[]): Trusting[] {
  return found.flatMap(({ runtime, presence: { program } }) => {
    const { trust } = runtime;
    return trust === undefined || program === undefined ? [] : [{ runtime: { ...runtime, trust }, program }];
  });
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * What the record would hold if these runtimes were to trust our hooks as the plan leaves them. One that cannot be asked
 * keeps what the record has of it, and a note says what to do by hand.
 */
export async function grantTrust(
  system: System,
  tree: string,
  place: Place,
  found: readonly Found[],
  changes: readonly Change[],
): Promise<{ readonly trust: readonly TrustRecord[]; readonly notes: readonly string[] }> {
  const known = readRecord(system, tree).trust;
  const notes: string[] = [];
  const grant = async (one: Trusting): Promise<TrustRecord[]> => {
    try {
      return [{ ...(await askTrust(system, { ...one, place }, changes, known)), granted: true }];
    } catch (cause) {
      const { name, trust } = one.runtime;
      notes.push(
        `${name} could not be asked about our hooks (${reasonOf(cause)}), so they are not trusted: ${trust.byHand}`,
      );
      return [];
    }
  };
  const asked = await Promise.all(trusting(found).map(grant));
  return { trust: withTrust(known, asked.flat()), notes };
}

/** The record's entries with newer ones in the place of those for the same runtime. */
export function withTrust(known: readonly TrustRecord[], asked: readonly TrustRecord[]): TrustRecord[] {
  return [...known.filter((entry) => !asked.some(({ runtime }) => runtime === entry.runtime)), ...asked];
}

async function checkOne(
  system: System,
  question: TrustQuestion,
  known: readonly TrustRecord[],
): Promise<[Check, ...TrustRecord[]]> {
  const { runtime } = question;
  const name = `${runtime.name}: trust`;
  try {
    const asked = await askTrust(system, question, [], known);
    const { trusted, of } = countTrusted(system, question, asked);
    const lacking = `${trusted} of ${of} hooks are trusted, the others do not run: ${runtime.trust.byHand}`;
    return trusted === of
      ? [{ name, status: 'ok', message: `all ${of} hooks are trusted` }, asked]
      : [{ name, status: 'warn', message: lacking }, asked];
  } catch (cause) {
    return [{ name, status: 'warn', message: `could not be asked (${reasonOf(cause)}): ${runtime.trust.byHand}` }];
  }
}

/** Whether the runtimes that run only trusted hooks trust ours, and what their programs said of them, to be kept. */
export async function checkTrust(
  system: System,
  tree: string,
  place: Place,
  found: readonly Found[],
): Promise<{ readonly checks: readonly Check[]; readonly asked: readonly TrustRecord[] }> {
  const known = readRecord(system, tree).trust;
  const results = await Promise.all(trusting(found).map((one) => checkOne(system, { ...one, place }, known)));
  return { checks: results.map(([check]) => check), asked: results.flatMap(([, ...asked]) => asked) };
}
