import type { Home, Row } from '../ports.ts';
import { GatewayProblem } from '../problem.ts';
import type { Caller } from '../route.ts';
import { enrolOperator } from './enrol-operator.ts';
import { countOf, grantsOf, roleOf, teamsColumn, textOf } from './grants.ts';
import { countStatement, counterNow, limitsOf, refuseGuessing } from './limits.ts';
import { proofOf, sameHash } from './secret-hash.ts';
import type { KeyProof } from './secret-hash.ts';

/** A caller whose key was proved, and what its tenant has used up today. */
export interface Proved {
  readonly caller: Caller;
  readonly bytes: number;
  readonly files: number;
}

export interface Authenticator {
  /**
   * Who sent the request: `undefined` without a key. An unknown, wrong, colliding or revoked key is one and the same 401; too
   * many of them from one address are 429. A right one never is: no key is found by guessing, and others are behind that address.
   */
  prove(request: Request, address: string): Promise<Proved | undefined>;
}

export function makeAuthenticator(home: Home): Authenticator {
  const limits = limitsOf(home);
  return {
    async prove(request, address) {
      const key = bearerKey(request);
      if (key === undefined) return undefined;
      const now = home.platform.now();
      const proof = await proofOf(home, key);
      const rows = await home.ledger.all(lookUp(proof, address, now));
      const row = rightRow(rows, proof) ?? (await enrolledOperator(home, proof));
      if (row === undefined) {
        refuseGuessing(countOf(rows[0]?.['failed']), limits, now);
        await home.ledger.batch([countStatement(home, 'failed', address)]);
        throw unknownKey();
      }
      return provedBy(row, proof);
    },
  };
}

/** The one answer to whoever has shown no key that is right. RFC 6750 3. */
export function unknownKey(): GatewayProblem {
  return new GatewayProblem(
    'unknown_key',
    'send the master key of a tenant of this gateway: Authorization: Bearer <key>',
    {
      headers: { 'www-authenticate': 'Bearer' },
    },
  );
}

/** The key of a request; `undefined` where it has none. What is there and cannot be a key is as wrong as every other. */
export function bearerKey(request: Request): string | undefined {
  const header = request.headers.get('authorization');
  if (header === null) return undefined;
  const key = /^bearer +(.{1,1024})$/i.exec(header)?.[1];
  if (key === undefined) throw unknownKey();
  return key;
}

/** One statement for all that a request needs; one row at least, also where no key has this id. */
function lookUp({ keyId }: KeyProof, address: string, now: Date): { sql: string; values: string[] } {
  const failed = counterNow('failed', { value: address }, now);
  const bytes = counterNow('bytes', { column: 't.id' }, now);
  const files = counterNow('files', { column: 't.id' }, now);
  return {
    sql: `SELECT k.hash, k.revoked AS key_revoked, t.id, t.role, t.subscriber, t.revoked, ${teamsColumn('t.id')},
        ${failed.sql} AS failed, ${bytes.sql} AS bytes, ${files.sql} AS files
      FROM (SELECT 1) LEFT JOIN keys k ON k.key_id = ? LEFT JOIN tenants t ON t.id = k.tenant`,
    values: [...failed.values, ...bytes.values, ...files.values, keyId].map(String),
  };
}

/** Compared with every row of this id, and with a hash that nothing has where there is none: all take the same way. */
function rightRow(rows: readonly Row[], { hash }: KeyProof): Row | undefined {
  let found: Row | undefined;
  for (const row of rows) {
    const same = sameHash(hash, String(row['hash'] ?? '-'.repeat(hash.length)));
    if (same && row['key_revoked'] === null && row['revoked'] === null && roleOf(row) !== 'none') found = row;
  }
  return found;
}

async function enrolledOperator(home: Home, proof: KeyProof): Promise<Row | undefined> {
  if (!sameHash(proof.sha256, home.config.operatorKeyHash)) return undefined;
  return enrolOperator(home, proof);
}

function provedBy(row: Row, { keyId }: KeyProof): Proved {
  const caller = { tenant: textOf(row['id']), role: roleOf(row), grants: grantsOf(row), keyId };
  return { caller, bytes: countOf(row['bytes']), files: countOf(row['files']) };
}
