import { faultOfKey } from '../../sync/wire/key-strength.ts';
import type { Home, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import { auditWhen } from './audit.ts';
import { unknownKey } from './authenticate.ts';
import { proofOf } from './secret-hash.ts';

/** Refuses a key that could be guessed, in words that do not show it. */
export function refuseWeakKey(key: string): void {
  const fault = faultOfKey(key);
  if (fault !== undefined) throw new GatewayProblem('bad_request', `the new key is too weak: ${fault}`);
}

/**
 * Puts `newKey` in the place of `oldKey`, which stops to work in the same moment; the tenant keeps its id, and other machines
 * of it keep keys of their own. A new key that is in place already is fine; 409 `taken` for one with the id of another.
 */
export async function rotateKey(home: Home, tenant: string, oldKey: string, newKey: string): Promise<void> {
  if (oldKey === newKey) return;
  refuseWeakKey(newKey);
  const [before, after] = await Promise.all([proofOf(home, oldKey), proofOf(home, newKey)]);
  const now = home.platform.now();
  const isPossible: Statement = {
    sql: `EXISTS (SELECT 1 FROM keys WHERE hash = ? AND revoked IS NULL)
      AND NOT EXISTS (SELECT 1 FROM keys WHERE key_id = ?) AND NOT EXISTS (SELECT 1 FROM tenants WHERE id = ?)`,
    values: [before.hash, after.keyId, after.keyId],
  };
  const results = await home.ledger.batch([
    auditWhen({ ts: now, tenant, action: 'tenant.rotate', subject: tenant, outcome: 'done' }, isPossible),
    {
      sql: `UPDATE keys SET hash = ?, key_id = ?, created = ? WHERE hash = ? AND ${isPossible.sql}`,
      values: [after.hash, after.keyId, now.toISOString(), before.hash, ...isPossible.values],
    },
    // The old one stays known as revoked, so that no invite it came by lets it in again.
    {
      sql: `INSERT INTO keys (hash, tenant, key_id, label, created, revoked) SELECT ?, tenant, ?, label, created, ? FROM keys
        WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM keys WHERE hash = ?)`,
      values: [before.hash, before.keyId, now.toISOString(), after.hash, before.hash],
    },
    { sql: 'SELECT 1 FROM keys WHERE hash = ? AND revoked IS NULL', values: [before.hash] },
  ]);
  if (results[1]?.changed === 1) return;
  // The old key is still good, so it was the new one; else another rotation was faster.
  if (results[3]?.rows.length === 1) throw takenKey();
  throw unknownKey();
}

/** The id of a key is that of another one: 48 bits of it are. */
export function takenKey(): GatewayProblem {
  return new GatewayProblem('taken', 'that key cannot be used here: make another one');
}
