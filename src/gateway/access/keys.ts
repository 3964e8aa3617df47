import type { KeyRow } from '../../sync/wire/messages.ts';
import type { Home, Row, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import type { Caller } from '../route.ts';
import { auditWhen } from './audit.ts';
import { copyGrants } from './grants-copy.ts';
import { textOf } from './grants.ts';

type Asker = Pick<Caller, 'tenant' | 'keyId'>;

/** The keys of a tenant that work, the oldest first: one a machine, or one for several. */
export async function listKeys(home: Home, asker: Asker): Promise<KeyRow[]> {
  return rowsOf(await home.ledger.all(keysStatement(asker.tenant)), asker);
}

/**
 * Ends one key of a tenant, which stops to work at once, and open invites for further machines of it: whoever has the
 * machine may have made one. Gives those that are left; fine where it was ended before. 404 for a key that is none of
 * the tenant's, 403 for the one that asks, as a tenant without any key could not come back by itself.
 */
export async function revokeKey(home: Home, asker: Asker, key: string): Promise<KeyRow[]> {
  const { tenant, keyId } = asker;
  if (key === keyId) {
    throw new GatewayProblem('forbidden', 'that is the key you ask with: rotate it, or end it from another machine');
  }
  const now = home.platform.now();
  const ts = now.toISOString();
  const works: Statement = {
    sql: 'EXISTS (SELECT 1 FROM keys WHERE tenant = ? AND key_id = ? AND revoked IS NULL)',
    values: [tenant, key],
  };
  const results = await home.ledger.batch([
    auditWhen(
      { ts: now, tenant, action: 'tenant.revoke-key', subject: tenant, outcome: 'done', detail: { key } },
      works,
    ),
    {
      sql: `UPDATE invites SET revoked = ? WHERE same_tenant = ? AND revoked IS NULL AND ${works.sql}`,
      values: [ts, tenant, ...works.values],
    },
    {
      sql: 'UPDATE keys SET revoked = ? WHERE tenant = ? AND key_id = ? AND revoked IS NULL',
      values: [ts, tenant, key],
    },
    { sql: 'SELECT 1 FROM keys WHERE tenant = ? AND key_id = ?', values: [tenant, key] },
    keysStatement(tenant),
  ]);
  if (results[3]?.rows.length === 0) throw new GatewayProblem('not_found', 'this tenant has no such key');
  if (results[2]?.changed === 1) copyGrants(home, tenant);
  return rowsOf(results[4]?.rows ?? [], asker);
}

function keysStatement(tenant: string): Statement {
  return {
    sql: 'SELECT key_id, label, created FROM keys WHERE tenant = ? AND revoked IS NULL ORDER BY created, rowid',
    values: [tenant],
  };
}

function rowsOf(rows: readonly Row[], { keyId }: Asker): KeyRow[] {
  return rows.map((row) => {
    const key = textOf(row['key_id']);
    return { key, label: textOf(row['label']), created: textOf(row['created']), current: key === keyId };
  });
}
