import { findProgram } from '../../core/find-program.ts';
import type { RunProgram } from '../../core/run-program.ts';
import { runProgram } from '../../core/run-program.ts';
import { readEnv } from '../../../seed/state/lib/env.ts';

/** Names of the environment, and of lines in `.env.cache`. */
export const keyName = 'SNAPPY_MASTER_KEY';
const gatewayName = 'SNAPPY_GATEWAY';
const inviteName = 'BOOTSTRAP_INVITE_CODE';
const referenceName = 'SNAPPY_OP_REF';

/** Where 1Password keeps the key, unless SNAPPY_OP_REF says otherwise. */
const defaultReference = 'op://Private/snappy-os/master-key';
/** Characters; fewer are a typing error, not a key. */
const minLength = 16;
const maxLength = 4_096;
/** How long 1Password and Doppler have, in milliseconds: both may wait for a finger on a sensor. */
const programTimeout = 10_000;

/** The address of the gateway, from the environment or the tree's `.env.cache`; `undefined` where none is configured. */
export function configuredGateway(tree: string, env: NodeJS.ProcessEnv): string | undefined {
  return readEnv(gatewayName, { tree, env });
}

/** A key from outside, an invite that stands for one, one that is stored already, or none. Never print it as a whole. */
export type MasterKey =
  | { readonly kind: 'key'; readonly key: string; readonly from: string; readonly notes: readonly string[] }
  /** A code without its link: which gateway it is for, and how that is known, cannot be told. A link is redeemed before. */
  | { readonly kind: 'invite'; readonly code: string; readonly notes: readonly string[] }
  | { readonly kind: 'stored'; readonly notes: readonly string[] }
  | { readonly kind: 'none'; readonly notes: readonly string[] };

export interface KeyRequest {
  readonly tree: string;
  readonly env: NodeJS.ProcessEnv;
  /** False in a plan: other programs are not started, as they may ask the person to unlock something. */
  readonly askPrograms: boolean;
  /** Asks the person without showing what is typed; absent in a plan, and where there is no terminal. */
  readonly prompt?: () => Promise<string | undefined>;
  readonly run?: RunProgram;
}

/** What is wrong with a key, without a word of the key itself; `undefined` for a good one. */
function faultOf(key: string): string | undefined {
  if (key.length < minLength) return `it has fewer than ${minLength} characters`;
  if (key.length > maxLength) return `it has more than ${maxLength} characters`;
  return /[\u0000-\u001f\u007f]/.test(key) ? 'it has a line break or another control character in it' : undefined;
}

interface Source {
  /** For a person: "1Password". */
  readonly name: string;
  readonly program: string;
  /** The words it is called with: a reference to the key, never the key. */
  arguments(env: NodeJS.ProcessEnv): readonly string[] | { readonly fault: string };
}

const sources: readonly Source[] = [
  {
    name: '1Password',
    program: 'op',
    arguments(env) {
      const given = env[referenceName] ?? '';
      const reference = given === '' ? defaultReference : given;
      // Anything else could be read as an option.
      if (/^op:\/\/[^\u0000-\u001f]+$/.test(reference)) return ['read', '--no-newline', reference];
      return { fault: `1Password was not asked: ${referenceName} does not begin with op://` };
    },
  },
  { name: 'Doppler', program: 'doppler', arguments: () => ['secrets', 'get', keyName, '--plain'] },
];

type Found = { readonly key: string } | { readonly note: string } | undefined;

/**
 * Asks a program for the key. Of what it prints nothing is told but the key to the caller: not even its errors, since
 * nobody knows what is in them.
 */
async function askSource(source: Source, request: KeyRequest): Promise<Found> {
  const { env, run = runProgram } = request;
  const program = findProgram(source.program, { env });
  if (program === undefined) return undefined;
  const words = source.arguments(env);
  if ('fault' in words) return { note: words.fault };
  if (!request.askPrograms) return { note: `${source.name} will be asked for the key` };
  const { status, stdout, fault } = await run(program, words, { env, timeout: programTimeout });
  if (fault === 'timed out') return { note: `${source.name} did not give the key within ${programTimeout / 1_000} s` };
  if (status !== 0)
    return { note: `${source.name} gave no key (${status === undefined ? fault : `status ${status}`})` };
  const key = stdout.replace(/\r?\n$/, '');
  const wrong = faultOf(key);
  return wrong === undefined ? { key } : { note: `what ${source.name} gave was not taken: ${wrong}` };
}

/**
 * Looks for the gateway's master key: SNAPPY_MASTER_KEY in the environment, then the one that is stored in `.env.cache`,
 * then BOOTSTRAP_INVITE_CODE, then `op read`, then `doppler secrets get`, then the person. The first that is there counts;
 * a key that cannot be one is passed over with a note. Call it only where a gateway is configured.
 */
export async function findMasterKey(request: KeyRequest): Promise<MasterKey> {
  const { tree, env } = request;
  const notes: string[] = [];
  const given = env[keyName] ?? '';
  if (given !== '') {
    const wrong = faultOf(given);
    if (wrong === undefined) return { kind: 'key', key: given, from: 'the environment', notes };
    notes.push(`${keyName} in the environment was not taken: ${wrong}`);
  }
  if (readEnv(keyName, { tree, env: {} }) !== undefined) return { kind: 'stored', notes };
  const code = env[inviteName] ?? '';
  if (code !== '') return { kind: 'invite', code, notes };
  for (const source of sources) {
    const found = await askSource(source, request);
    if (found === undefined) continue;
    if ('key' in found) return { kind: 'key', key: found.key, from: source.name, notes };
    notes.push(found.note);
  }
  const typed = await request.prompt?.();
  if (typed !== undefined && typed !== '') {
    const wrong = faultOf(typed);
    if (wrong === undefined) return { kind: 'key', key: typed, from: 'the person', notes };
    notes.push(`what was typed was not taken: ${wrong}`);
  }
  return { kind: 'none', notes };
}

/** Step 3 in words, for the terminal and the report. Holds no key and no code. */
export function describeMasterKey(found: MasterKey): string {
  switch (found.kind) {
    case 'key':
      return `the master key comes from ${found.from}`;
    case 'invite':
      return `${inviteName} holds a code alone; set it to the whole link of the invite, which names the gateway and its key`;
    case 'stored':
      return 'the master key is in .env.cache';
    case 'none':
      return `no master key was found; set ${keyName}, or run install on a terminal`;
  }
}
