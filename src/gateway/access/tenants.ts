import type { TenantRow } from '../../sync/wire/messages.ts';
import type { Home, Row, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import { countOf, grantsOf, roleOf, teamsColumn, textOf } from './grants.ts';

const select = `SELECT t.id, t.label, t.role, t.created, t.revoked, t.subscriber, ${teamsColumn('t.id')},
    (SELECT COUNT(*) FROM keys WHERE tenant = t.id AND revoked IS NULL) AS keys
  FROM tenants t`;

/** Reads one tenant, for a batch or alone. */
export function tenantStatement(tenant: string): Statement {
  return { sql: `${select} WHERE t.id = ?`, values: [tenant] };
}

/** All tenants, the oldest first. */
export async function allTenants(home: Home): Promise<TenantRow[]> {
  const rows = await home.ledger.all({ sql: `${select} ORDER BY t.created, t.rowid`, values: [] });
  return rows.map(tenantRowOf);
}

export function tenantRowOf(row: Row): TenantRow {
  const revoked = row['revoked'] !== null;
  return {
    tenant: textOf(row['id']),
    label: textOf(row['label']),
    role: revoked ? 'none' : roleOf(row),
    created: textOf(row['created']),
    revoked,
    keys: countOf(row['keys']),
    grants: grantsOf(row),
  };
}

/** The tenant that is to be changed: 404 where there is none, 409 where it was revoked. For the operator's eyes. */
export function changeable(row: Row | undefined): TenantRow {
  if (row === undefined) throw new GatewayProblem('not_found', 'there is no such tenant');
  const tenant = tenantRowOf(row);
  if (tenant.revoked) {
    throw new GatewayProblem('revoked', `tenant ${tenant.tenant} was revoked; an invite gives its person a new one`);
  }
  return tenant;
}
