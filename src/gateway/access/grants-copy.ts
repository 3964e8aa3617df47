import type { Home } from '../ports.ts';
import { tenantRowOf, tenantStatement } from './tenants.ts';

/** Tenants whose copy is not yet what the ledger says, since the store did not take it. */
const overdue = new WeakMap<Home, Set<string>>();
/** With one change so many overdue ones are tried again: a Worker has few sub-requests. */
const retriedAtMost = 5;

/**
 * Writes what a tenant may read to `snappy-os-meta/tenants/<id>.json`, after the answer: for people who look into the
 * storage. The ledger is the truth; a copy that fails is tried again with the next change.
 */
export function copyGrants(home: Home, tenant: string): void {
  const waiting = overdue.get(home) ?? new Set<string>();
  overdue.set(home, waiting);
  waiting.delete(tenant);
  const ids = [tenant, ...[...waiting].slice(0, retriedAtMost)];
  for (const id of ids) waiting.add(id);
  home.platform.later(async () => {
    for (const id of ids) await copyOne(home, id, waiting);
  });
}

async function copyOne(home: Home, id: string, waiting: Set<string>): Promise<void> {
  try {
    const [row] = await home.ledger.all(tenantStatement(id));
    if (row !== undefined) {
      const { grants, ...tenant } = tenantRowOf(row);
      const text = `${JSON.stringify({ ...tenant, ...grants }, null, 2)}\n`;
      const body = new TextEncoder().encode(text);
      await home.store.put(`snappy-os-meta/tenants/${id}.json`, body, { contentType: 'application/json' });
    }
    waiting.delete(id);
  } catch {
    // It stays in `waiting`: nothing reads the copy but people.
  }
}
