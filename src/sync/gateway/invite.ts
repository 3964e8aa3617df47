import { SnappyError } from '../../core/errors.ts';
import { fingerprintOf, formatInviteLink } from '../wire/invite-link.ts';
import { statusAnswer } from '../wire/messages.ts';
import type { StatusAnswer } from '../wire/messages.ts';
import type { Minted } from './admin.ts';
import type { Gateway } from './connection.ts';
import { askJson } from './request.ts';
import type { GatewayRequest } from './request.ts';
import { readTrust } from './trust.ts';

/** What a gateway says of itself; asked with the key, if there is one. Throws as `askJson`. */
export function askStatus(
  gateway: Gateway,
  how: Pick<GatewayRequest, 'timeout' | 'idempotent'>,
): Promise<StatusAnswer> {
  const request = { ...how, method: 'GET', path: '/_status', anonymous: gateway.key === '' } as const;
  return askJson(gateway, request, statusAnswer);
}

/** What a gateway says of itself to one who has no key. */
export const readStatus = (url: string): Promise<StatusAnswer> => askStatus({ url, key: '' }, { timeout: 15_000 });

/**
 * The link of an invite: the gateway's address as others reach it, the code, and the fingerprint of the key that this tree
 * has pinned. Who follows the link needs to believe nobody on the way, and this gateway neither.
 */
export async function inviteLinkOf(tree: string, gateway: Gateway, minted: Minted): Promise<string> {
  const address = minted.url.split('#', 1)[0] ?? '';
  const end = `/invite/${minted.code}`;
  if (!address.endsWith(end))
    throw new SnappyError('failure', `the gateway ${gateway.url} made an invite with an address that is not one`, {
      hint: 'is this snappy as new as the gateway?',
    });
  const trust = readTrust(tree);
  const key = trust?.url === gateway.url ? trust.public_key : (await readStatus(gateway.url)).public_key;
  return formatInviteLink({
    url: address.slice(0, -end.length),
    code: minted.code,
    fingerprint: await fingerprintOf(key),
  });
}
