import { grantSubscriber, listTenants } from '../../sync/gateway/admin.ts';
import type { Invocation, Outcome } from '../command.ts';
import { gatewayOf, nameOf, readTenant, tenantIn } from '../gateway-words.ts';
import { carryOut } from '../remote-change.ts';

/** `snappy tenant grant <tenant>`: lets a tenant read what subscribers read. */
export async function tenantGrant(invocation: Invocation): Promise<Outcome> {
  const id = readTenant(invocation.args[0] ?? '');
  const { gateway } = gatewayOf(invocation);
  const tenant = tenantIn(await listTenants(gateway), id);
  const name = nameOf(tenant);
  const data = { gateway: gateway.url, tenant: id };
  if (tenant.grants.subscriber) return { text: '', data, ok: true, unchanged: `${name} reads that already` };
  return carryOut(invocation, {
    plan: `${name} would read what subscribers of ${gateway.url} read, from its next pull on.`,
    data,
    question: 'Grant this?',
    async act() {
      await grantSubscriber(gateway, id);
      return { text: '', data: {}, changed: `${name} reads what subscribers read` };
    },
  });
}
