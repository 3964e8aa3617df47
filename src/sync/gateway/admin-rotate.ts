import { randomBytes } from 'node:crypto';
import { readEnv } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { storeSecrets } from '../../core/secret-store.ts';
import { makeKey } from '../wire/key-strength.ts';
import { tenantRow } from '../wire/messages.ts';
import type { TenantRow } from '../wire/messages.ts';
import { whoAmI } from './admin.ts';
import { keyName, nextKeyName } from './connection.ts';
import type { Gateway } from './connection.ts';
import { withGatewayLock } from './gateway-lock.ts';
import { GatewayError } from './request-problem.ts';
import { askJson } from './request.ts';

/** Whether an earlier rotation was cut off. */
export function isRotating(tree: string): boolean {
  return readEnv(nextKeyName, { tree, env: {} }) !== undefined;
}

/** The tenant, if the gateway has taken the key already: the answer to an earlier request was lost. */
async function whoHas(gateway: Gateway): Promise<TenantRow | undefined> {
  try {
    return await whoAmI(gateway);
  } catch (cause) {
    if (cause instanceof GatewayError && cause.status === 401) return undefined;
    throw cause;
  }
}

/** A key from the environment counts before the stored one: there a new one would do nothing. */
function refuseOtherKey(tree: string, env: NodeJS.ProcessEnv): void {
  const given = env[keyName] ?? '';
  if (given === '' || given === readEnv(keyName, { tree, env: {} })) return;
  throw new SnappyError('usage', `${keyName} is set in the environment, where a new key cannot be stored`, {
    hint: 'unset it, put the key into .env.cache, then run this again',
  });
}

/**
 * Gives this machine a new key in the place of its old one; the tenant stays who it is. The new key is stored beside the old
 * one before it is sent, and replaces it when the gateway has answered: killed anywhere, the tree has a key that works, and
 * the same call goes on.
 */
export function rotateKey(tree: string, gateway: Gateway, env: NodeJS.ProcessEnv): Promise<TenantRow> {
  // A push that has begun with the old key is to end with it.
  return withGatewayLock(tree, async () => {
    refuseOtherKey(tree, env);
    const begun = readEnv(nextKeyName, { tree, env: {} });
    const key = begun ?? makeKey(new Uint8Array(randomBytes(32)));
    storeSecrets(tree, { [nextKeyName]: key });
    const known = begun === undefined ? undefined : await whoHas({ ...gateway, key });
    const row = known ?? (await ask(tree, gateway, key));
    storeSecrets(tree, { [keyName]: key, [nextKeyName]: undefined });
    return row;
  });
}

async function ask(tree: string, gateway: Gateway, key: string): Promise<TenantRow> {
  try {
    const request = { method: 'POST', path: '/tenants/me/rotate', json: { key } } as const;
    return await askJson(gateway, request, tenantRow);
  } catch (cause) {
    // Refused: the old key is the one that counts. Of other errors nobody knows on which side of the change they came.
    if (cause instanceof GatewayError && cause.status < 500) storeSecrets(tree, { [nextKeyName]: undefined });
    throw cause;
  }
}
