import path from 'node:path';
import { Miniflare } from 'miniflare';
import { afterAll, describe, expect, test } from 'vitest';
import { migrations } from '../../src/gateway/schema.ts';

const made: Miniflare[] = [];
afterAll(async () => {
  for (const runtime of made) await runtime.dispose();
});

const settings = {
  GATEWAY_SECRET: 'the one secret of a gateway that lives in a test',
  OPERATOR_KEY_HASH: 'a'.repeat(64),
};

async function start(bindings: Record<string, string>): Promise<Miniflare> {
  const runtime = new Miniflare({
    modules: [{ type: 'ESModule', path: path.resolve(import.meta.dirname, '../../dist/worker.js') }],
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    r2Buckets: { STORE: 'store' },
    d1Databases: { LEDGER: 'ledger' },
    kvNamespaces: { CACHE: 'cache' },
    bindings,
  });
  made.push(runtime);
  await runtime.ready;
  return runtime;
}

async function say(runtime: Miniflare): Promise<{ status: number; detail: unknown }> {
  const response = await runtime.dispatchFetch('http://gateway.test/_status');
  const { detail } = (await response.json()) as { detail?: unknown };
  return { status: response.status, detail };
}

describe('a Worker that was just deployed', () => {
  test('says which secret it wants, and never what it was given', async () => {
    const runtime = await start({ ...settings, GATEWAY_SECRET: 'too short to be one' });
    const { status, detail } = await say(runtime);
    expect(status).toBe(500);
    expect(detail).toContain(
      'secret is not as expected: at least 32 characters (or GATEWAY_SECRET in the environment)',
    );
    expect(detail).not.toContain('too short');
  });

  test('says that its database has no tables, and serves as soon as it has', async () => {
    const runtime = await start(settings);
    expect(await say(runtime)).toEqual({
      status: 500,
      detail: 'the database has no tables yet: wrangler d1 migrations apply LEDGER --remote',
    });
    const ledger = await runtime.getD1Database('LEDGER');
    for (const { statements } of migrations) await ledger.batch(statements.map((text) => ledger.prepare(text)));
    expect((await say(runtime)).status).toBe(200);
  });

  test('goes on with what is left over when its cron comes', async () => {
    const runtime = await start(settings);
    const ledger = await runtime.getD1Database('LEDGER');
    for (const { statements } of migrations) await ledger.batch(statements.map((text) => ledger.prepare(text)));
    // miniflare's types name what has it by a package that is not needed for anything else.
    const worker = (await runtime.getWorker()) as unknown as { scheduled(): Promise<unknown> };
    expect(await worker.scheduled()).toMatchObject({ outcome: 'ok' });
  });
});
