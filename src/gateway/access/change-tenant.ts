import type { TenantRow } from '../../sync/wire/messages.ts';
import type { Home, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import { auditWhen } from './audit.ts';
import { copyGrants } from './grants-copy.ts';
import { changeable, tenantRowOf, tenantStatement } from './tenants.ts';

const isActive = 'EXISTS (SELECT 1 FROM tenants WHERE id = ? AND revoked IS NULL)';

interface Change {
  /** Who changes it. */
  readonly by: string;
  readonly tenant: string;
}

/** Changes what a tenant may read beside its own, or its label. 404 without such a tenant, 409 for a revoked one. */
export async function grantTenant(
  home: Home,
  { by, tenant }: Change,
  { subscriber, label }: { subscriber?: boolean | undefined; label?: string | undefined },
): Promise<TenantRow> {
  const detail = { ...(subscriber === undefined ? {} : { subscriber }), ...(label === undefined ? {} : { label }) };
  const row = { ts: home.platform.now(), tenant: by, action: 'tenant.grant', subject: tenant, detail } as const;
  return changeTenant(home, tenant, [
    auditWhen({ ...row, outcome: 'done' }, { sql: isActive, values: [tenant] }),
    {
      sql: `UPDATE tenants SET subscriber = COALESCE(?, subscriber), label = COALESCE(?, label)
        WHERE id = ? AND revoked IS NULL`,
      values: [subscriber === undefined ? null : Number(subscriber), label ?? null, tenant],
    },
  ]);
}

/** Takes from a tenant what it was granted; it keeps its key and what is its own. */
export async function revokeGrants(home: Home, { by, tenant }: Change): Promise<TenantRow> {
  const row = { ts: home.platform.now(), tenant: by, action: 'tenant.revoke-grants', subject: tenant } as const;
  return changeTenant(home, tenant, [
    auditWhen({ ...row, outcome: 'done' }, { sql: isActive, values: [tenant] }),
    ...withoutGrants(tenant),
  ]);
}

/** Ends a tenant: its keys and the invites it made stop to work at once. What it has pushed stays. */
export async function revokeTenant(home: Home, { by, tenant }: Change): Promise<TenantRow> {
  if (by === tenant) {
    throw new GatewayProblem('forbidden', 'the operator cannot revoke itself: nobody could let it in again');
  }
  const now = home.platform.now();
  const ts = now.toISOString();
  const row = { ts: now, tenant: by, action: 'tenant.revoke', subject: tenant } as const;
  return changeTenant(home, tenant, [
    auditWhen({ ...row, outcome: 'done' }, { sql: isActive, values: [tenant] }),
    ...withoutGrants(tenant),
    { sql: 'UPDATE keys SET revoked = ? WHERE tenant = ? AND revoked IS NULL', values: [ts, tenant] },
    {
      sql: 'UPDATE invites SET revoked = ? WHERE (minted_by = ? OR same_tenant = ?) AND revoked IS NULL',
      values: [ts, tenant, tenant],
    },
    { sql: 'UPDATE tenants SET revoked = ? WHERE id = ? AND revoked IS NULL', values: [ts, tenant] },
  ]);
}

function withoutGrants(tenant: string): Statement[] {
  return [
    { sql: 'DELETE FROM members WHERE tenant = ?', values: [tenant] },
    { sql: 'UPDATE tenants SET subscriber = 0 WHERE id = ?', values: [tenant] },
  ];
}

/** Reads before and after in the same transaction: what it was says whether it could be changed. */
async function changeTenant(home: Home, tenant: string, statements: readonly Statement[]): Promise<TenantRow> {
  const read = tenantStatement(tenant);
  const results = await home.ledger.batch([read, ...statements, read]);
  changeable(results[0]?.rows[0]);
  copyGrants(home, tenant);
  const after = results.at(-1)?.rows[0];
  if (after === undefined) throw new Error('a tenant is gone that was there');
  return tenantRowOf(after);
}
