import { describe, expect, test } from 'vitest';
import { makeD1Ledger } from './d1-ledger.ts';
import type { D1Database } from './d1-ledger.ts';
import { makeKvCache } from './kv-cache.ts';
import { makeR2Store } from './r2-store.ts';
import type { R2Bucket } from './r2-store.ts';

// What these do where they run is held to the contracts of `test/gateway/adapters-worker.test.ts`; this is of their faults.

/** A database that fails with these errors, one at each call, and then answers with nothing. */
function failing(messages: readonly string[]) {
  const left = [...messages];
  const calls: string[] = [];
  const answer = async (what: string) => {
    calls.push(what);
    const message = left.shift();
    if (message !== undefined) throw new Error(message);
    return { results: [], meta: { changes: 0 } };
  };
  const database: D1Database = {
    prepare(sql) {
      const statement = { bind: () => statement, all: () => answer(sql) };
      return statement;
    },
    batch: async () => [await answer('batch')],
  };
  return { ledger: makeD1Ledger(database, async () => {}), calls };
}

const passing = [
  'D1_ERROR: Network connection lost.',
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'Cannot resolve D1 due to transient issue on remote node.',
];
const select = { sql: ' select 1', values: [] };
const write = { sql: 'UPDATE heads SET rev = 2', values: [] };

describe('D1 that fails for a moment', () => {
  test.each(passing)('is read again: %s', async (message) => {
    for (const ask of ['all', 'batch'] as const) {
      const { ledger, calls } = failing([message, message]);
      await (ask === 'all' ? ledger.all(select) : ledger.batch([select, select]));
      expect(calls).toHaveLength(3);
    }
  });

  test('is given up after three times', async () => {
    const { ledger, calls } = failing(Array.from({ length: 5 }, () => String(passing[0])));
    await expect(ledger.all(select)).rejects.toMatchObject({ name: 'StoreError', retryable: true });
    expect(calls).toHaveLength(3);
  });

  test('is not written to twice, since nobody knows whether it was done', async () => {
    for (const ask of ['all', 'batch'] as const) {
      const { ledger, calls } = failing([String(passing[0])]);
      const asked = ask === 'all' ? ledger.all(write) : ledger.batch([select, write]);
      await expect(asked).rejects.toMatchObject({ name: 'StoreError', retryable: true });
      expect(calls).toHaveLength(1);
    }
  });

  test('tells what is wrong with a statement at once', async () => {
    const { ledger, calls } = failing(['D1_ERROR: no such table: heads: SQLITE_ERROR']);
    await expect(ledger.all(select)).rejects.toThrow(/no such table/);
    await expect(ledger.all(select)).resolves.toEqual([]);
    expect(calls).toHaveLength(2);
  });
});

test('a KV that fails is a cache that has forgotten', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('KV GET failed: 500 Internal Server Error');
  };
  const cache = makeKvCache({ get: fail, put: fail });
  await cache.put('key', Uint8Array.of(1), 60);
  expect(await cache.get('key')).toBeUndefined();
});

test('an R2 that fails is a store that may work later, unless it was asked for what is not there', async () => {
  const bucketOf = (message: string): R2Bucket => {
    const fail = async (): Promise<never> => {
      throw new Error(message);
    };
    return { head: fail, get: fail, put: fail, delete: fail, list: fail };
  };
  const store = makeR2Store(bucketOf('get: We encountered an internal error. Please try again. (10001)'));
  for (const call of [store.get('a'), store.put('a', new Uint8Array()), store.size('a'), store.list('a', 1)]) {
    await expect(call).rejects.toMatchObject({ name: 'StoreError', retryable: true });
  }
  const beyond = makeR2Store(bucketOf('get: The requested range is not satisfiable (10039)'));
  await expect(beyond.get('a', { at: 9, length: 1 })).rejects.toMatchObject({ retryable: false });
});
