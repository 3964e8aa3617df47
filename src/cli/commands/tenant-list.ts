import { listTenants } from '../../sync/gateway/admin.ts';
import { alignColumns, countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { describeGrants, gatewayOf } from '../gateway-words.ts';
import { oneLine } from '../paint.ts';

/** `snappy tenant list`: the tenants of a gateway, for its operator. */
export async function tenantList(invocation: Invocation): Promise<Outcome> {
  const { gateway } = gatewayOf(invocation);
  const tenants = await listTenants(gateway);
  const rows = tenants.map(({ tenant, label, role, grants, keys, created, revoked }) => [
    tenant,
    oneLine(label, 40),
    role,
    revoked ? 'revoked' : countOf(keys, 'key'),
    created.slice(0, 10),
    // Not what teams have, but for its own: it sees who is in them.
    describeGrants(role === 'operator' ? { ...grants, subscriber: true } : grants),
  ]);
  const table = alignColumns([['TENANT', 'LABEL', 'ROLE', 'KEYS', 'SINCE', 'GRANTED'], ...rows]);
  return {
    text: `${table}\n\n${countOf(tenants.length, 'tenant')} at ${gateway.url}`,
    data: { gateway: gateway.url, tenants },
    ok: true,
  };
}
