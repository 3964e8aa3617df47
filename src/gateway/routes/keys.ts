import { keyId, keysAnswer } from '../../sync/wire/messages.ts';
import { listKeys, revokeKey } from '../access/keys.ts';
import { jsonRoute } from '../json-route.ts';
import type { Route } from '../route.ts';

export const keyRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/tenants/me/keys',
    summary: 'The keys of this tenant that work: by their ids, which are no secret.',
    access: 'member',
    answer: keysAnswer,
    answerTo: async ({ home, caller }) => ({ keys: await listKeys(home, caller) }),
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/tenants/me/keys/:key',
    summary: 'End one key of this tenant, as that of a lost machine, and its open invites for further machines.',
    access: 'member',
    params: { key: keyId },
    answer: keysAnswer,
    answerTo: async ({ home, caller, params }) => ({ keys: await revokeKey(home, caller, params['key'] ?? '') }),
  }),
];
