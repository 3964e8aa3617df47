import type { Home, Row } from '../ports.ts';
import { auditWhen } from './audit.ts';
import type { KeyProof } from './secret-hash.ts';

/**
 * Enrols the operator with the key whose hash is in the configuration, when it is used for the first time. Gives the row of its
 * tenant; `undefined` where its id is that of another tenant, so that nobody becomes operator by a collision.
 */
export async function enrolOperator(home: Home, { keyId, hash }: KeyProof): Promise<Row | undefined> {
  const now = home.platform.now();
  const ts = now.toISOString();
  const isFree = 'NOT EXISTS (SELECT 1 FROM tenants WHERE id = ?) AND NOT EXISTS (SELECT 1 FROM keys WHERE key_id = ?)';
  const [, , , found] = await home.ledger.batch([
    auditWhen(
      { ts: now, tenant: keyId, action: 'operator.enrol', subject: keyId, outcome: 'done' },
      { sql: isFree, values: [keyId, keyId] },
    ),
    {
      sql: `INSERT INTO tenants (id, label, role, created) SELECT ?, 'Operator', 'operator', ? WHERE ${isFree}`,
      values: [keyId, ts, keyId, keyId],
    },
    // A tenant without any key was made just now: one that is revoked or has another key by now keeps its rows.
    {
      sql: `INSERT INTO keys (hash, tenant, key_id, label, created) SELECT ?, ?, ?, 'Operator', ?
        WHERE EXISTS (SELECT 1 FROM tenants WHERE id = ? AND role = 'operator')
          AND NOT EXISTS (SELECT 1 FROM keys WHERE tenant = ? OR key_id = ?)`,
      values: [hash, keyId, keyId, ts, keyId, keyId, keyId],
    },
    // Also when two requests have done it at once.
    {
      sql: `SELECT t.id, t.role, t.subscriber, '[]' AS teams FROM tenants t JOIN keys k ON k.tenant = t.id
        WHERE k.hash = ? AND k.revoked IS NULL AND t.revoked IS NULL`,
      values: [hash],
    },
  ]);
  return found?.rows[0];
}
