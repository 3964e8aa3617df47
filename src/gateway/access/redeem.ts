import type { TenantRow } from '../../sync/wire/messages.ts';
import type { Home, Statement } from '../ports.ts';
import { auditWhen } from './audit.ts';
import { copyGrants } from './grants-copy.ts';
import { findInvite, spentInvite } from './invites.ts';
import type { Invite } from './invites.ts';
import { refuseWeakKey, takenKey } from './rotate.ts';
import { proofOf } from './secret-hash.ts';
import type { KeyProof } from './secret-hash.ts';
import { tenantRowOf, tenantStatement } from './tenants.ts';

export interface Redemption {
  readonly code: string;
  readonly key: string;
  /** Else that of the invite. */
  readonly label?: string | undefined;
}

/**
 * Enrols a key with an invite: as a new tenant, or as another key of the one that made the invite. In one transaction, so
 * that of two at once on the last use one gets it. The same code with the same key again is answered as before, whatever
 * has become of the invite. Throws 410 `spent`, and 409 `taken` for a key that has the id of another.
 */
export async function redeemInvite(home: Home, { code, key, label }: Redemption, address: string): Promise<TenantRow> {
  const invite = await findInvite(home, code, address);
  if (invite === undefined) throw spentInvite();
  // Not before: to estimate a key costs more than to look up a code.
  refuseWeakKey(key);

  const proof = await proofOf(home, key);
  const tenant = invite.sameTenant ?? proof.keyId;
  const results = await home.ledger.batch([
    ...statementsOf(home, invite, proof, { tenant, label: label ?? invite.label }),
    {
      sql: `SELECT tenant FROM redemptions r WHERE code_hash = ? AND key_hash = ?
        AND EXISTS (SELECT 1 FROM keys k JOIN tenants t ON t.id = k.tenant
          WHERE k.hash = r.key_hash AND k.revoked IS NULL AND t.revoked IS NULL)`,
      values: [invite.hash, proof.hash],
    },
    {
      sql: 'SELECT 1 FROM keys WHERE key_id = ? UNION ALL SELECT 1 FROM tenants WHERE id = ?',
      values: [proof.keyId, proof.keyId],
    },
    tenantStatement(tenant),
  ]);
  const [redeemed, sameId, found] = results.slice(-3).map(({ rows }) => rows);
  const row = found?.[0];
  if (redeemed?.length !== 1 || row === undefined)
    throw invite.open && sameId?.length !== 0 ? takenKey() : spentInvite();
  if (results[0]?.changed === 1) copyGrants(home, tenant);
  return tenantRowOf(row);
}

/**
 * The redemption is the first of them, and all others hang on it: the key comes last, and where it is there already, none of
 * them does anything.
 */
function statementsOf(
  home: Home,
  invite: Invite,
  { keyId, hash }: KeyProof,
  { tenant, label }: { tenant: string; label: string },
): Statement[] {
  const now = home.platform.now();
  const ts = now.toISOString();
  const { subscriber, teams } = invite.grants;
  const isMade: Statement = {
    sql: `EXISTS (SELECT 1 FROM redemptions WHERE code_hash = ? AND key_hash = ?)
      AND NOT EXISTS (SELECT 1 FROM keys WHERE hash = ?)`,
    values: [invite.hash, hash, hash],
  };
  const newTenant: Statement = {
    sql: `INSERT INTO tenants (id, label, role, created, subscriber) SELECT ?, ?, 'member', ?, ? WHERE ${isMade.sql}`,
    values: [tenant, label, ts, Number(subscriber), ...isMade.values],
  };
  return [
    {
      sql: `INSERT INTO redemptions (code_hash, key_hash, tenant, ts) SELECT code_hash, ?, ?, ? FROM invites i
        WHERE code_hash = ? AND revoked IS NULL AND expires > ?
          AND (SELECT COUNT(*) FROM redemptions r WHERE r.code_hash = i.code_hash) < uses
          AND NOT EXISTS (SELECT 1 FROM tenants WHERE id = i.same_tenant AND revoked IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM keys WHERE key_id = ?) AND NOT EXISTS (SELECT 1 FROM tenants WHERE id = ?)
        ON CONFLICT DO NOTHING`,
      values: [hash, tenant, ts, invite.hash, ts, keyId, keyId],
    },
    ...(invite.sameTenant === undefined ? [newTenant] : []),
    {
      // An invite may name a team twice: then the lesser right counts.
      sql: `INSERT INTO members (team, tenant, write) SELECT value ->> 'slug', ?, value ->> 'write' FROM json_each(?)
        WHERE value ->> 'slug' IN (SELECT slug FROM teams) AND ${isMade.sql}
        ON CONFLICT (team, tenant) DO UPDATE SET write = MIN(write, excluded.write)`,
      values: [tenant, JSON.stringify(teams), ...isMade.values],
    },
    auditWhen(
      {
        ts: now,
        tenant,
        action: 'invite.redeem',
        subject: tenant,
        outcome: 'done',
        detail: { label, same_tenant: invite.sameTenant !== undefined, ...invite.grants },
      },
      isMade,
    ),
    {
      sql: `INSERT INTO keys (hash, tenant, key_id, label, created) SELECT ?, ?, ?, ?, ? WHERE ${isMade.sql}`,
      values: [hash, tenant, keyId, label, ts, ...isMade.values],
    },
  ];
}
