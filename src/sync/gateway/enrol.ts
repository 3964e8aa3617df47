import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { readEnv } from '../../../seed/state/lib/env.ts';
import { SnappyError } from '../../core/errors.ts';
import { storeSecrets } from '../../core/secret-store.ts';
import { fingerprintOf, parseInviteLink } from '../wire/invite-link.ts';
import { faultOfKey, makeKey } from '../wire/key-strength.ts';
import { redeemAnswer } from '../wire/messages.ts';
import type { Grants } from '../wire/messages.ts';
import { whoAmI } from './admin.ts';
import { addressName, gatewayUrl, keyName } from './connection.ts';
import type { Gateway } from './connection.ts';
import { withGatewayLock } from './gateway-lock.ts';
import { readStatus } from './invite.ts';
import { GatewayError } from './request-problem.ts';
import { askJson } from './request.ts';
import { pin, readTrust, trustFile } from './trust.ts';
import type { Trust } from './trust.ts';

/** An invite, with the gateway it leads to as that was found. Nothing of the invite has been sent yet. */
export interface Invitation {
  readonly url: string;
  readonly code: string;
  readonly publicKey: string;
  /** Of that, as the link names it. */
  readonly fingerprint: string;
}

/** What a tree is at a gateway, once it has joined. */
export interface Enrolled {
  readonly gateway: Gateway;
  readonly tenant: string;
  readonly label: string;
  readonly grants: Grants;
  /** It belonged there before; the invite was not used. */
  readonly already: boolean;
}

const howToLeave =
  'a tree belongs to one gateway: lay another tree with snappy init, or leave that gateway first ' +
  '(take SNAPPY_GATEWAY and SNAPPY_MASTER_KEY out of .env.cache and remove state/log/gateway)';

/**
 * Follows an invite's link up to the gateway and holds the key it shows against the link's fingerprint: whoever made the
 * link has named it. Throws `usage` on what is no such link and `refused` where another key answers.
 */
export async function readInvitation(link: string): Promise<Invitation> {
  const { url, code, fingerprint } = parseInviteLink(link);
  const { public_key: publicKey } = await readStatus(url);
  if ((await fingerprintOf(publicKey)) === fingerprint) return { url, code, publicKey, fingerprint };
  throw new SnappyError('refused', `${url} is not the gateway that this invite was made at: it shows another key`, {
    hint: 'nothing was sent to it; copy the whole link once more, and if that does not help ask whoever sent it',
  });
}

/** The key that a tree brings along, if any. Throws when the tree belongs elsewhere, or the key cannot be used. */
function ownKey(tree: string, env: NodeJS.ProcessEnv, { url, publicKey }: Invitation): string | undefined {
  const configured = readEnv(addressName, { tree, env });
  if (configured !== undefined && gatewayUrl(configured) !== url)
    throw new SnappyError('refused', `this tree belongs to another gateway: ${gatewayUrl(configured)}`, {
      hint: howToLeave,
    });
  const trust = readTrust(tree);
  if (trust?.url === url && trust.public_key !== publicKey)
    throw new SnappyError('refused', `${url} shows another key than when this tree joined it`, {
      hint: 'if its operator says that it was set up anew: remove state/log/gateway/trust.json, then run this again',
    });
  const key = readEnv(keyName, { tree, env });
  const fault = key === undefined ? undefined : faultOfKey(key);
  if (fault === undefined) return key;
  throw new SnappyError('usage', `${keyName} cannot be enrolled: ${fault}`, {
    hint: 'take it out of .env.cache and the environment: a strong one is made then',
  });
}

/** Who the gateway says this is; `undefined` where it does not know the key. */
async function findSelf(gateway: Gateway): Promise<Omit<Enrolled, 'already'> | undefined> {
  try {
    const { tenant, label, grants } = await whoAmI(gateway);
    return { gateway, tenant, label, grants };
  } catch (cause) {
    if (cause instanceof GatewayError && cause.status === 401) return undefined;
    throw cause;
  }
}

/** Redeems the code for this key. The same key may do it again, so that an answer that got lost is only asked for anew. */
async function redeem(gateway: Gateway, invitation: Invitation, label: string | undefined): Promise<Enrolled> {
  const json = { code: invitation.code, key: gateway.key, ...(label === undefined ? {} : { label }) };
  const request = { method: 'POST', path: '/invite/redeem', json, anonymous: true, idempotent: true } as const;
  const answer = await askJson(gateway, request, redeemAnswer);
  if (answer.public_key !== invitation.publicKey)
    throw new SnappyError('refused', `${gateway.url} shows one key now and another a moment ago`, {
      hint: 'somebody may stand between this machine and the gateway; ask its operator',
    });
  return { gateway, tenant: answer.tenant, label: answer.label, grants: answer.grants, already: false };
}

const isTaken = (cause: unknown): boolean => cause instanceof GatewayError && cause.problem === 'taken';
/** It did not take the key, nor did an earlier try of the same request: "too many" may be about the second one alone. */
const isRefusal = (cause: unknown): boolean =>
  cause instanceof GatewayError && cause.status < 500 && cause.status !== 429;

/**
 * Joins with a key of our own making. It is stored before it is sent: a key that the gateway has taken is never lost, and a
 * run that was killed goes on with it. What the gateway refuses is taken out again.
 */
async function joinWithNewKey(tree: string, invitation: Invitation, label: string | undefined): Promise<Enrolled> {
  const before = readEnv(addressName, { tree, env: {} });
  for (let attempt = 1; ; attempt += 1) {
    const gateway: Gateway = { url: invitation.url, key: makeKey(new Uint8Array(randomBytes(32))) };
    storeSecrets(tree, { [addressName]: gateway.url, [keyName]: gateway.key });
    try {
      return await redeem(gateway, invitation, label);
    } catch (cause) {
      if (isRefusal(cause)) storeSecrets(tree, { [addressName]: before, [keyName]: undefined });
      // Another tenant has a key with these first 12 digits: that a third and a fourth one is met is not chance.
      if (!isTaken(cause) || attempt === 3) throw cause;
    }
  }
}

/** Joins with the key that is there: of a run that was cut off, or the person's own. */
async function joinWithKey(gateway: Gateway, invitation: Invitation, label: string | undefined): Promise<Enrolled> {
  const self = await findSelf(gateway);
  if (self !== undefined) return { ...self, already: true };
  try {
    return await redeem(gateway, invitation, label);
  } catch (cause) {
    if (!isTaken(cause)) throw cause;
    throw new SnappyError(
      'refused',
      `${gateway.url} does not take the key of this tree: it was revoked, or is another's`,
      {
        hint: `take ${keyName} out of .env.cache and the environment, then run this again: a new key is made`,
        cause,
      },
    );
  }
}

/** How a tree would follow an invite: it has done so before, or would with the key it has, or with a new one. */
export type Foreseen = 'joined' | 'own key' | 'new key';

/** What `enrol` would do with a tree; nobody is asked. Throws what `enrol` would throw before it asks. */
export function foreseeEnrol(tree: string, env: NodeJS.ProcessEnv, invitation: Invitation): Foreseen {
  if (ownKey(tree, env, invitation) === undefined) return 'new key';
  const trust = readTrust(tree);
  const isHere = readEnv(addressName, { tree, env }) !== undefined;
  return isHere && trust?.url === invitation.url && trust.tenant !== '' ? 'joined' : 'own key';
}

/** Puts back what was pinned before. */
function restoreTrust(tree: string, before: Trust | undefined): void {
  if (before === undefined) fs.rmSync(trustFile(tree), { force: true });
  else pin(tree, before);
}

/**
 * Joins the gateway of an invite: pins the gateway's key, makes one of its own, and has that enrolled. `label` is what the
 * gateway calls this machine; without one it is the invite's. Killed anywhere, the same call goes on. Throws `refused` for a
 * tree of another gateway, which is left as it is; what the gateway itself refuses is a `GatewayError`, and what was stored for it is taken back.
 */
export function enrol(
  tree: string,
  invitation: Invitation,
  { env, label }: { readonly env: NodeJS.ProcessEnv; readonly label?: string | undefined },
): Promise<Enrolled> {
  // Of two at once the second would put its key over that of the first.
  return withGatewayLock(tree, async () => {
    const key = ownKey(tree, env, invitation);
    const { url, publicKey } = invitation;
    const before = readTrust(tree);
    // Before anything else: from here on no other key is believed, whatever is cut off.
    if (before?.url !== url) pin(tree, { url, tenant: '', public_key: publicKey });
    try {
      const joined =
        key === undefined
          ? await joinWithNewKey(tree, invitation, label)
          : await joinWithKey({ url, key }, invitation, label);
      storeSecrets(tree, { [addressName]: joined.gateway.url, [keyName]: joined.gateway.key });
      pin(tree, { url, tenant: joined.tenant, public_key: publicKey });
      return joined;
    } catch (cause) {
      if (isRefusal(cause) || (cause instanceof SnappyError && isRefusal(cause.cause))) restoreTrust(tree, before);
      throw cause;
    }
  });
}
