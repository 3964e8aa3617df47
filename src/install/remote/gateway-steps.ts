import { readEnv } from '../../../seed/state/lib/env.ts';
import { describeCanonical, readGatewayStatus, type CanonicalRevisions } from './gateway-status.ts';
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

export interface CanonicalRequest extends Pick<GatewayRequest, 'tree' | 'env' | 'joining'> {
  /** What this tree has of the canonical, by whoever keeps that; absent or `undefined` where nothing was pulled. */
  readonly held?: ((tree: string) => CanonicalRevisions | undefined) | undefined;
}

/** Step 4: the canonical of the gateway, and whether it is in this tree. */
export async function canonicalStep({ tree, env, held, joining }: CanonicalRequest): Promise<StepResult> {
  if (joining !== undefined)
    return { status: 'changed', summary: `what it may read at ${joining.gateway} is brought in`, notes: [] };
  const gateway = configuredGateway(tree, env);
  const key = readEnv(keyName, { tree, env });
  const status = gateway === undefined ? undefined : await readGatewayStatus(gateway, { key });
  const { state, text } = describeCanonical(status, status?.ok === true ? held?.(tree) : undefined);
  return { status: state, summary: text, notes: [] };
}
