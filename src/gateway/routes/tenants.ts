import {
  grantRequest,
  revokeRequest,
  rotateRequest,
  tenantId,
  tenantRow,
  tenantsAnswer,
} from '../../sync/wire/messages.ts';
import type { TenantRow } from '../../sync/wire/messages.ts';
import { bearerKey, unknownKey } from '../access/authenticate.ts';
import { grantTenant, revokeGrants, revokeTenant } from '../access/change-tenant.ts';
import { rotateKey } from '../access/rotate.ts';
import { allTenants, tenantRowOf, tenantStatement } from '../access/tenants.ts';
import { jsonRoute } from '../json-route.ts';
import type { Home } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import type { Call, Caller, Route } from '../route.ts';

export const tenantRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/tenants',
    summary: 'All tenants, and what each may read.',
    access: 'operator',
    answer: tenantsAnswer,
    answerTo: async ({ home }) => ({ tenants: await allTenants(home) }),
  }),
  jsonRoute({
    method: 'GET',
    path: '/tenants/me',
    summary: 'The tenant this key is of.',
    access: 'member',
    answer: tenantRow,
    answerTo: ({ home, caller }) => readTenant(home, caller.tenant),
  }),
  jsonRoute({
    method: 'POST',
    path: '/tenants/me/rotate',
    summary: 'Put a new key in the place of this one, which stops to work. The tenant stays what it is.',
    access: 'member',
    body: rotateRequest,
    answer: tenantRow,
    async answerTo({ home, caller, request, body }) {
      const key = bearerKey(request);
      if (key === undefined) throw unknownKey();
      await rotateKey(home, caller.tenant, key, body.key);
      return readTenant(home, caller.tenant);
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/tenants/:tenant/grant',
    summary: 'Let a tenant read what subscribers read, or take that from it; or give it another label.',
    access: 'operator',
    params: { tenant: tenantId },
    body: grantRequest,
    answer: tenantRow,
    answerTo({ body, ...call }) {
      if (body.subscriber === undefined && body.label === undefined) {
        throw new GatewayProblem('bad_request', 'say what to grant: subscriber, or a label');
      }
      return grantTenant(call.home, changeOf(call), body);
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/tenants/:tenant/revoke',
    summary: 'End a tenant, whose keys stop to work; or take from it only what it was granted.',
    access: 'operator',
    params: { tenant: tenantId },
    body: revokeRequest,
    answer: tenantRow,
    answerTo({ body, ...call }) {
      const revoke = body.grant_only === true ? revokeGrants : revokeTenant;
      return revoke(call.home, changeOf(call));
    },
  }),
];

function changeOf({ caller, params }: Pick<Call, 'params'> & { caller: Caller }): { by: string; tenant: string } {
  return { by: caller.tenant, tenant: params['tenant'] ?? '' };
}

async function readTenant(home: Home, tenant: string): Promise<TenantRow> {
  const [row] = await home.ledger.all(tenantStatement(tenant));
  if (row === undefined) throw unknownKey();
  return tenantRowOf(row);
}
