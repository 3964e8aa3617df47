import { SnappyError } from '../../core/errors.ts';
import { listTenants, revokeTenant } from '../../sync/gateway/admin.ts';
import { countOf } from '../columns.ts';
import type { Invocation, Outcome } from '../command.ts';
import { describeGrants, gatewayOf, nameOf, readTenant, tenantIn } from '../gateway-words.ts';
import { carryOut } from '../remote-change.ts';

const kept =
  'What it has pushed stays at the gateway; what it has pulled stays on its machines: nothing can take that back.';

/** `snappy tenant revoke <tenant>`: takes its keys from it, or what it was granted alone. */
export async function tenantRevoke(invocation: Invocation): Promise<Outcome> {
  const id = readTenant(invocation.args[0] ?? '');
  const grantOnly = invocation.flags['grantOnly'] === true;
  const { gateway } = gatewayOf(invocation);
  const tenant = tenantIn(await listTenants(gateway), id);
  const name = nameOf(tenant);
  if (tenant.role === 'operator')
    throw new SnappyError('refused', `${name} is the operator of this gateway`, {
      hint: 'its key is changed by: snappy tenant rotate',
    });
  const data = { gateway: gateway.url, tenant: id, grantOnly };
  const hasGrants = tenant.grants.subscriber || tenant.grants.teams.length > 0;
  if (grantOnly ? !hasGrants : tenant.revoked)
    return { text: '', data, ok: true, unchanged: `${name} ${grantOnly ? 'has no grant' : 'was revoked before'}` };
  const loses = grantOnly
    ? `${name} would no longer read: ${describeGrants(tenant.grants)}. It keeps its key, its own and the public.`
    : `${name} would lose ${countOf(tenant.keys, 'key')}: none of its machines could push or pull any more.`;
  return carryOut(invocation, {
    plan: `${loses}\n${kept}`,
    data,
    question: 'Take this away?',
    async act() {
      await revokeTenant(gateway, id, grantOnly);
      return { text: '', data: {}, changed: `${name} ${grantOnly ? 'has no grant any more' : 'is revoked'}` };
    },
  });
}
