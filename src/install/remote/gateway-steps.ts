import { configuredGateway, describeMasterKey, findMasterKey, keyName, type MasterKey } from './master-key.ts';
import { storeSecret } from '../../core/secret-store.ts';
import type { StepResult } from '../steps.ts';

/** A gateway that a tree joins before its install goes on: what a plan tells of, instead of what is there now. */
export interface JoinAhead {
  readonly gateway: string;
  /** Else the tree has a key, which is enrolled. */
  readonly makesKey: boolean;
}

export interface GatewayRequest {
  readonly tree: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether changes are carried out: else no other program is started and nobody is asked. */
  readonly applying: boolean;
  readonly prompt?: (() => Promise<string | undefined>) | undefined;
  readonly joining?: JoinAhead | undefined;
}

type Stored = Pick<StepResult, 'status' | 'notes'>;

const asFound = ({ kind }: MasterKey): Stored => ({
  status: kind === 'none' || kind === 'invite' ? 'warn' : 'ok',
  notes: [],
});

function storeKey(tree: string, found: MasterKey): Stored {
  if (found.kind !== 'key') return asFound(found);
  const { written, tightened } = storeSecret(tree, keyName, found.key);
  return {
    status: written ? 'changed' : 'ok',
    notes: tightened ? ['.env.cache could be read by others; now only its owner can'] : [],
  };
}

/** Step 3: looks for the master key where a gateway is configured, and stores it when changes are carried out. */
export async function masterKeyStep({ tree, env, applying, prompt, joining }: GatewayRequest): Promise<StepResult> {
  if (joining !== undefined) {
    const what = joining.makesKey ? 'one is made, and enrolled at' : 'that of this tree is enrolled at';
    return { status: 'changed', summary: `${what} ${joining.gateway}`, notes: [] };
  }
  if (configuredGateway(tree, env) === undefined)
    return { status: 'skipped', summary: 'no gateway is configured: none is needed', notes: [] };
  const found = await findMasterKey({
    tree,
    env,
    askPrograms: applying,
    ...(applying && prompt !== undefined ? { prompt } : {}),
  });
  const { status, notes } = applying ? storeKey(tree, found) : asFound(found);
  return { status, summary: describeMasterKey(found), notes: [...found.notes, ...notes] };
}

/** Revisions of the canonical of both repos; 0 where nothing was ever pushed to it. */
interface CanonicalRevisions {
  readonly os: number;
  readonly kernel: number;
}

/** What the gateway of a tree said of itself, or why nothing is known of it; by whoever speaks with gateways. */
export interface GatewayStatus {
  readonly ok: boolean;
  /** For a person. */
  readonly message: string;
  /** What to do, where it is not ok. */
  readonly hint?: string | undefined;
  /** What it has of the canonical, and what this tree has of that. */
  readonly canonical?: CanonicalRevisions;
  readonly held?: CanonicalRevisions;
}

/** Asks the gateway of a tree; `undefined` where none is configured. */
export type AskGateway = (tree: string) => Promise<GatewayStatus | undefined>;

/** `os at revision 3, kernel at 1`; `nothing yet` where both are 0. */
function describeRevisions({ os, kernel }: CanonicalRevisions): string {
  const parts = [...(os > 0 ? [`os at revision ${os}`] : []), ...(kernel > 0 ? [`kernel at ${kernel}`] : [])];
  return parts.length === 0 ? 'nothing yet' : parts.join(', ');
}

export interface CanonicalRequest extends Pick<GatewayRequest, 'tree' | 'joining'> {
  readonly askGateway: AskGateway;
}

/** Step 4, the canonical: what the gateway has of it, and whether that is here. */
export async function canonicalStep({ tree, askGateway, joining }: CanonicalRequest): Promise<StepResult> {
  if (joining !== undefined)
    return { status: 'changed', summary: `what it may read at ${joining.gateway} is brought in`, notes: [] };
  const status = await askGateway(tree);
  if (status === undefined) return { status: 'ok', summary: 'no gateway is configured: nothing to pull', notes: [] };
  const { ok, message, hint, canonical = { os: 0, kernel: 0 }, held } = status;
  if (!ok) return { status: 'warn', summary: message, notes: hint === undefined ? [] : [hint] };
  const wanted = [
    ...(canonical.os > (held?.os ?? 0) ? ['snappy pull --scope all'] : []),
    ...(canonical.kernel > (held?.kernel ?? 0) ? ['snappy pull --repo kernel'] : []),
  ];
  const isAll = canonical.os + canonical.kernel > 0 ? '; all of it is in' : '';
  const what = wanted.length > 0 ? `; bring it in with: ${wanted.join(', ')}` : isAll;
  return { status: 'ok', summary: `${message}; canonical: ${describeRevisions(canonical)}${what}`, notes: [] };
}
