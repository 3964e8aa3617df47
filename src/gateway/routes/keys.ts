import { keyId, keysAnswer } from '../../sync/wire/messages.ts';
import { bearerKey, unknownKey } from '../access/authenticate.ts';
import { listKeys, revokeKey } from '../access/keys.ts';
import { proofOf } from '../access/secret-hash.ts';
import { jsonRoute } from '../json-route.ts';
import type { Call, Caller, Route } from '../route.ts';

export const keyRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/tenants/me/keys',
    summary: 'The keys of this tenant that work: by their ids, which are no secret.',
    access: 'member',
    answer: keysAnswer,
    answerTo: async (call) => ({ keys: await listKeys(call.home, await askerOf(call)) }),
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/tenants/me/keys/:key',
    summary: 'End one key of this tenant, as that of a lost machine, and its open invites for further machines.',
    access: 'member',
    params: { key: keyId },
    answer: keysAnswer,
    answerTo: async (call) => ({
      keys: await revokeKey(call.home, await askerOf(call), call.params['key'] ?? ''),
    }),
  }),
];

async function askerOf({
  home,
  request,
  caller,
}: Pick<Call, 'home' | 'request'> & { readonly caller: Caller }): Promise<{ tenant: string; current: string }> {
  const key = bearerKey(request);
  if (key === undefined) throw unknownKey();
  return { tenant: caller.tenant, current: (await proofOf(home, key)).keyId };
}
