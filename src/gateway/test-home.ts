import { hash } from 'node:crypto';
import { makeMemoryCache } from './adapters/memory-cache.ts';
import { makeMemoryStore } from './adapters/memory-store.ts';
import { makeNodePlatform } from './adapters/node/platform.ts';
import { openSqliteLedger } from './adapters/node/sqlite-ledger.ts';
import type { GatewayConfig, Home } from './ports.ts';

/** A strong key, as the operator of a test's gateway has it. */
export const operatorKey = 'snappy_3q2-7wTESTx9Zk1vR8mP4sLd0HgFbNcYuJiOeAaQt5E';

export interface TestHome extends Home {
  readonly operatorKey: string;
  /** The time of the gateway. It stands still until a test sets it: `home.clock.now = new Date(…)`. */
  readonly clock: { now: Date };
  /** Waits for what goes on after answers; throws what of it has failed. */
  idle(): Promise<void>;
}

/** A home in memory, with SQLite for its ledger: what is kept is gone with the test. */
export async function makeTestHome(
  overrides: Partial<Omit<Home, 'config'>> & { readonly config?: Partial<GatewayConfig> } = {},
): Promise<TestHome> {
  const clock = { now: new Date('2026-11-01T12:00:00.000Z') };
  const faults: unknown[] = [];
  const platform = makeNodePlatform(
    (cause) => faults.push(cause),
    () => clock.now,
  );
  const config = {
    secret: 'the one secret of a gateway that lives in a test',
    operatorKeyHash: hash('sha256', operatorKey, 'hex'),
    version: '0.0.0',
    ...overrides.config,
  };
  return {
    store: makeMemoryStore(),
    ledger: await openSqliteLedger(':memory:', clock.now),
    cache: makeMemoryCache(undefined, () => clock.now.getTime()),
    platform,
    ...overrides,
    config,
    operatorKey,
    clock,
    async idle() {
      await platform.idle();
      if (faults.length > 0) throw new AggregateError(faults.splice(0), 'work that went on after an answer has failed');
    },
  };
}
