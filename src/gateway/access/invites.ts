import type { MintRequest } from '../../sync/wire/messages.ts';
import { toBase64Url } from '../../sync/wire/base64url.ts';
import type { Home, Row, Statement } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import type { Caller } from '../route.ts';
import { auditWhen } from './audit.ts';
import { countOf, textOf } from './grants.ts';
import { countStatement, counterNow, limitsOf, refuseGuessing, tooMany } from './limits.ts';
import { codeHash } from './secret-hash.ts';
import { changeable, tenantStatement } from './tenants.ts';

/** 128 bits: 22 characters in base64url. */
const codeBytes = 16;

export interface Minted {
  readonly code: string;
  readonly expires: Date;
}

/** An invite as the ledger has it. */
export interface Invite {
  /** Of its code, which nobody keeps. */
  readonly hash: string;
  readonly label: string;
  readonly grants: Pick<MintRequest, 'subscriber' | 'teams'>;
  readonly expires: string;
  /** The tenant it gives another key of; else it makes a tenant. */
  readonly sameTenant: string | undefined;
  /** Whether it can still be redeemed by somebody new. */
  readonly open: boolean;
}

/**
 * Makes an invite of `caller`: a member's is for another machine of its own, the operator's also for a new tenant, or another
 * machine of any.
 */
export async function mintInvite(home: Home, caller: Caller, request: MintRequest): Promise<Minted> {
  const same = request.same_tenant === true;
  if ((!same || request.tenant !== undefined) && caller.role !== 'operator') {
    throw new GatewayProblem(
      'forbidden',
      'an invite of a member is for another machine of its own: ask for same_tenant (--same-tenant)',
    );
  }
  if (!same && request.tenant !== undefined) {
    throw new GatewayProblem(
      'bad_request',
      'an invite for a tenant is for another machine of it: ask for same_tenant (--same-tenant)',
    );
  }
  if (same && (request.subscriber || request.teams.length > 0)) {
    throw new GatewayProblem('bad_request', 'another machine of a tenant has the grants of the tenant: ask for none');
  }
  const of = same ? (request.tenant ?? caller.tenant) : undefined;
  const code = toBase64Url(crypto.getRandomValues(new Uint8Array(codeBytes)));
  const now = home.platform.now();
  const expires = new Date(now.getTime() + request.expires_in * 1_000);
  const hash = await codeHash(home, code);
  const invite = { hash, now, expires: expires.toISOString(), minter: caller.tenant, of };
  const [unknown, made, , tenant] = await home.ledger.batch(
    mintStatements(invite, request, limitsOf(home).openInvites),
  );
  if (unknown !== undefined && unknown.rows.length > 0) {
    throw new GatewayProblem(
      'not_found',
      `there is no team ${unknown.rows.map((row) => String(row['slug'])).join(', ')}`,
    );
  }
  if (of !== undefined) changeable(tenant?.rows[0]);
  if (made?.changed !== 1) throw tooMany('too many invites of this tenant wait to be redeemed already', 3_600);
  return { code, expires };
}

interface NewInvite {
  readonly hash: string;
  readonly now: Date;
  readonly expires: string;
  readonly minter: string;
  /** The tenant that it is for another machine of. */
  readonly of: string | undefined;
}

/**
 * Which teams there are not; the invite, if there are all, its tenant is active and not too many are open; its row of the audit
 * log; and the tenant.
 */
function mintStatements(
  { hash, now, expires, minter, of }: NewInvite,
  request: MintRequest,
  openAtMost: number,
): Statement[] {
  const { label, subscriber, teams, uses } = request;
  const ts = now.toISOString();
  const isActive: Statement = {
    sql: '(? IS NULL OR EXISTS (SELECT 1 FROM tenants WHERE id = ? AND revoked IS NULL))',
    values: [of ?? null, of ?? null],
  };
  const unknownTeams: Statement = {
    sql: 'SELECT value AS slug FROM json_each(?) WHERE value NOT IN (SELECT slug FROM teams)',
    values: [JSON.stringify(teams.map(({ slug }) => slug))],
  };
  const open: Statement = {
    sql: `(SELECT COUNT(*) FROM invites i WHERE minted_by = ? AND revoked IS NULL AND expires > ?
      AND (SELECT COUNT(*) FROM redemptions r WHERE r.code_hash = i.code_hash) < uses)`,
    values: [minter, ts],
  };
  const row = [hash, label, JSON.stringify({ subscriber, teams }), expires, uses, of ?? null, minter, ts];
  return [
    unknownTeams,
    {
      sql: `INSERT INTO invites (code_hash, label, grants, expires, uses, same_tenant, minted_by, created)
        SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (${unknownTeams.sql}) AND ${isActive.sql} AND ${open.sql} < ?`,
      values: [...row, ...unknownTeams.values, ...isActive.values, ...open.values, openAtMost],
    },
    auditWhen(
      {
        ts: now,
        tenant: minter,
        action: 'invite.mint',
        subject: label,
        outcome: 'done',
        detail: { subscriber, teams, uses, of, expires },
      },
      { sql: 'EXISTS (SELECT 1 FROM invites WHERE code_hash = ?)', values: [hash] },
    ),
    tenantStatement(of ?? ''),
  ];
}

/** The one answer for a code that is unknown, expired, revoked or used up: nothing is learned by trying. */
export function spentInvite(): GatewayProblem {
  return new GatewayProblem('spent', 'the invite is unknown, expired or used up; ask whoever sent it for another');
}

/**
 * The invite of a code, also one that cannot be redeemed any more; `undefined` where there is none. A code that is not
 * right counts as a failed key of the address; too many of them are 429, and those that are right go on.
 */
export async function findInvite(home: Home, code: string, address: string): Promise<Invite | undefined> {
  const now = home.platform.now();
  const hash = await codeHash(home, code);
  const failed = counterNow('failed', { value: address }, now);
  const [row] = await home.ledger.all({
    sql: `SELECT i.*, ${failed.sql} AS failed, (SELECT COUNT(*) FROM redemptions r WHERE r.code_hash = i.code_hash) AS used,
        (SELECT revoked FROM tenants t WHERE t.id = i.same_tenant) AS tenant_revoked
      FROM (SELECT 1) LEFT JOIN invites i ON i.code_hash = ?`,
    values: [...failed.values, hash],
  });
  if (row !== undefined && row['code_hash'] !== null) return inviteOf(row, now);
  refuseGuessing(countOf(row?.['failed']), limitsOf(home), now);
  await home.ledger.batch([countStatement(home, 'failed', address)]);
  return undefined;
}

function inviteOf(row: Row, now: Date): Invite {
  const { same_tenant: same } = row;
  const expires = textOf(row['expires']);
  const isLive = row['revoked'] === null && row['tenant_revoked'] === null && expires > now.toISOString();
  return {
    hash: textOf(row['code_hash']),
    label: textOf(row['label']),
    grants: JSON.parse(textOf(row['grants'])) as Invite['grants'],
    expires,
    sameTenant: typeof same === 'string' ? same : undefined,
    open: isLive && countOf(row['used']) < countOf(row['uses']),
  };
}
