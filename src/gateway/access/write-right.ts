import type { Home, Statement } from '../ports.ts';

/**
 * Whether a tenant may write to a tier, by its `tierKey`, at the moment at which this is asked: `mayWrite` as an expression of
 * SQL. A body may take an hour, and who was let in before it may have been shown the door meanwhile.
 */
export function mayWriteNow(tenant: string, tier: string): Statement {
  const [kind, slug = ''] = tier.split(':');
  const active = 'SELECT 1 FROM tenants WHERE id = ? AND revoked IS NULL';
  if (kind === 'private') return { sql: `EXISTS (${active})`, values: [tenant] };
  if (kind !== 'team') return { sql: `EXISTS (${active} AND role = 'operator')`, values: [tenant] };
  return {
    sql: `EXISTS (${active} AND id IN (SELECT tenant FROM members WHERE team = ? AND write = 1))`,
    values: [tenant, slug],
  };
}

/** As `mayWriteNow`, asked by itself. */
export async function stillMayWrite({ ledger }: Home, tenant: string, tier: string): Promise<boolean> {
  const { sql, values } = mayWriteNow(tenant, tier);
  const [row] = await ledger.all({ sql: `SELECT ${sql} AS may`, values });
  return row?.['may'] === 1;
}
